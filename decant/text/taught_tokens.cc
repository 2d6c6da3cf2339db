#include "decant/text/taught_tokens.h"

#include <algorithm>

#include "decant/data/subset.h"

namespace decant::text {
namespace {

constexpr int64_t kLookUp = 4096;  // rows between two looks at whether to stop

}  // namespace

TaughtTokens::TaughtTokens(const Rows& rows, const BytePairs& pairs, const Context& context) {
  const Texts& texts = require_texts(rows);
  const Subset bad(rows.known_faults());
  const int32_t end = pairs.size();
  const auto add_end = [&](bool taught) {
    ids_.push_back(end);
    taught_.push_back(taught ? 1 : 0);
  };
  Record record;
  for (int64_t row = 0; row < rows.size(); ++row) {
    if (row % kLookUp == 0) context.check_cancelled();
    if (!bad.contains(row)) {
      texts.read(row, record);
      const bool marked = std::ranges::any_of(record.turns, &Turn::answer);
      add_end(false);
      for (const Turn& turn : record.turns) {
        pairs.append(turn.text, ids_);
        taught_.resize(ids_.size(), !marked || turn.answer ? 1 : 0);
        add_end(!marked || turn.answer);
      }
    }
    starts_.push_back(std::ssize(ids_));
  }
}

BytePairs byte_pairs_of(const Rows& rows, std::span<const int64_t> some, int32_t size, const Context& context) {
  const Texts& texts = require_texts(rows);
  PieceCounts pieces;
  Record record;
  for (size_t i = 0; i < some.size(); ++i) {
    if (i % static_cast<size_t>(kLookUp) == 0) context.check_cancelled();
    texts.read(some[i], record);
    for (const Turn& turn : record.turns) pieces.add(turn.text);
  }
  return learn_byte_pairs(pieces, size);
}

}  // namespace decant::text
