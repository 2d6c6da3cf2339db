// What rows take, bytes of picture files, tokens of answers (text/answers.h) or objects in boxes,
// and how many of them a budget holds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/budget.h"
#include "decant/data/rows.h"
#include "decant/pipeline/patching/set_sizes.h"

namespace decant {

/// Files are measured when they are first asked about, on all threads: those that a search does not
/// come near are never made. Not for several threads at once.
class RowSizes final : public SetSizes {
 public:
  /// `chosen`: the rows that may be asked about; not empty. Throws InputError for rows that are no
  /// picture files, or of tokens no texts, or of objects hold none. The context must outlive this.
  /// REQUIRES: bytes, tokens or objects.
  RowSizes(std::shared_ptr<const Rows> rows, Subset chosen, const Context& context, Budget::Unit unit = Budget::Unit::bytes);

  /// About how many of the chosen rows a budget holds, judged by a sample of files, or by the
  /// tokens or objects of all: at least 1.
  int64_t about(int64_t budget) override;
  /// Bytes, tokens or objects of these rows. REQUIRES: rows of those chosen.
  int64_t total(const Subset& rows) override;
  int64_t most_rows() const override { return std::ssize(chosen_); }
  /// Of every row, by its number; −1 for those that were not chosen.
  std::span<const int64_t> of_all_chosen();
  Budget::Unit unit() const { return unit_; }

 private:
  [[noreturn]] void refuse(int64_t budget, int64_t least_rows, int64_t needed) const override;
  void measure(const Subset& rows);

  std::shared_ptr<const Rows> rows_;
  Subset chosen_;
  const Context& context_;
  Budget::Unit unit_;
  std::vector<int64_t> sizes_;  ///< of every row; −1 = not measured yet
};

/// "40%" of `whole`, or "300MB", "20000" (bytes), "1.5GB". Throws UsageError naming `option`.
int64_t bytes_from(const std::string& text, int64_t whole, const std::string& option);
/// "40%" of `whole`, or "20000", "200k", "5M", "1G" (tokens). Throws UsageError naming `option`.
int64_t tokens_from(const std::string& text, int64_t whole, const std::string& option);
/// The same of objects.
int64_t objects_from(const std::string& text, int64_t whole, const std::string& option);

/// --keep-tokens or --keep-objects as it was given.
struct CountedBudget {
  Budget::Unit unit = Budget::Unit::tokens;
  std::string text;
  std::string option;

  /// The number that `part`, which is `text` or one of several in it, stands for. `whole`: what all
  /// rows hold. Throws UsageError.
  int64_t amount(const std::string& part, int64_t whole) const;
};

/// Nothing where neither is given. Throws UsageError where both are.
std::optional<CountedBudget> counted_budget(const std::string& keep_tokens, const std::string& keep_objects);

}  // namespace decant
