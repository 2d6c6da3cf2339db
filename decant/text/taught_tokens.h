// Records as a causal model reads and learns them.
//
//     end · turn · end · turn · end …      each turn as byte pairs (byte_pairs.h)
//
// `end` is one token more than the byte pairs have. What is taught are the tokens of turns that are
// answers and the end after each; a record in which no turn is marked is all answer. The rest is
// read alone, so what is learnt is to answer, not to ask. A row that cannot be read has no tokens.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"
#include "decant/text/byte_pairs.h"

namespace decant::text {

class TaughtTokens {
 public:
  /// Of all rows. 5 bytes per token. Throws what Texts::read() throws; Cancelled.
  TaughtTokens(const Rows& rows, const BytePairs& pairs, const Context& context);

  int64_t rows() const { return std::ssize(starts_) - 1; }
  std::span<const int32_t> of(int64_t row) const { return part(ids_, row); }
  /// Next to of(): 1 where the token is taught.
  std::span<const uint8_t> taught(int64_t row) const { return part(taught_, row); }

 private:
  template <class T>
  std::span<const T> part(const std::vector<T>& all, int64_t row) const {
    const auto begin = static_cast<size_t>(starts_[static_cast<size_t>(row)]);
    return std::span(all).subspan(begin, static_cast<size_t>(starts_[static_cast<size_t>(row) + 1]) - begin);
  }

  std::vector<int32_t> ids_;
  std::vector<uint8_t> taught_;
  std::vector<int64_t> starts_ = {0};
};

/// Byte pairs learned from all turns of some rows, `size` tokens at most. Throws as above.
BytePairs byte_pairs_of(const Rows& rows, std::span<const int64_t> some, int32_t size, const Context& context);

}  // namespace decant::text
