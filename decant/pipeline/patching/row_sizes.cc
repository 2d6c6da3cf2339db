#include "decant/pipeline/patching/row_sizes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/text/answers.h"

namespace decant {
namespace {

constexpr size_t kSample = 256;  // rows whose mean says how many fit

/// What is said of a unit in which rows are measured.
struct UnitWords {
  const char* doing;
  const char* rows;
  const char* option;
};

UnitWords unit_words(Budget::Unit unit) {
  if (unit == Budget::Unit::tokens) return {"count tokens", "records", "--keep-tokens"};
  if (unit == Budget::Unit::objects) return {"count objects", "pictures", "--keep-objects"};
  return {"measure bytes", "pictures", "--bytes"};
}

std::string amount_text(int64_t amount, Budget::Unit unit) {
  if (unit == Budget::Unit::bytes) return human_bytes(amount);
  return fmt::format("{} {}", human_count(amount), name_of(unit));
}

void require_objects(const Rows& rows) {
  if (rows.targets() == nullptr || rows.targets()->counted_in() != CountedIn::objects)
    throw InputError({"", "", "holds no objects in boxes, so --keep-objects has none to count", "Say how many rows to keep with --keep"});
}

/// What one row takes. For one thread.
class RowMeasure {
 public:
  RowMeasure(const Rows& rows, Budget::Unit unit) : rows_(rows), unit_(unit) {}

  int64_t of(int64_t row) {
    if (unit_ == Budget::Unit::tokens) {
      rows_.texts()->read(row, record_);
      return text::answer_tokens(record_, words_);
    }
    if (unit_ == Budget::Unit::bytes) return std::ssize(rows_.bytes(row, scratch_));
    rows_.targets()->counts(row, counts_);
    int64_t sum = 0;
    for (const ClassCount& entry : counts_) sum += entry.count;
    return sum;
  }

 private:
  const Rows& rows_;
  Budget::Unit unit_;
  std::vector<std::byte> scratch_;
  Record record_;
  std::string words_;
  std::vector<ClassCount> counts_;
};

}  // namespace

RowSizes::RowSizes(std::shared_ptr<const Rows> rows, Subset chosen, const Context& context, Budget::Unit unit)
    : rows_(std::move(rows)), chosen_(std::move(chosen)), context_(context), unit_(unit), sizes_(static_cast<size_t>(rows_->size()), -1) {
  if (unit_ == Budget::Unit::tokens) {
    require_texts(*rows_);
    return;
  }
  if (unit_ == Budget::Unit::objects) {
    require_objects(*rows_);
    return;
  }
  if (!require_pictures(*rows_).are_files())
    throw InputError({"", "", "stores pixels, which take the same bytes whatever they show",
                      "Add --quality, which makes JPEGs of them, or say how many rows to keep"});
}

void RowSizes::measure(const Subset& rows) {
  std::vector<int64_t> unknown;
  for (const int64_t row : rows) {
    if (sizes_[static_cast<size_t>(row)] < 0) unknown.push_back(row);
  }
  if (unknown.empty()) return;
  const UnitWords words = unit_words(unit_);
  Stage stage(context_, words.doing, std::ssize(unknown), words.rows);
  parallel_for(context_, std::ssize(unknown), 64, [&](int64_t begin, int64_t end) {
    RowMeasure measure(*rows_, unit_);
    for (int64_t i = begin; i < end; ++i, stage.advance()) {
      const int64_t row = unknown[static_cast<size_t>(i)];
      sizes_[static_cast<size_t>(row)] = measure.of(row);
    }
  });
}

int64_t RowSizes::total(const Subset& rows) {
  measure(rows);
  int64_t sum = 0;
  for (const int64_t row : rows) sum += sizes_[static_cast<size_t>(row)];
  return sum;
}

std::span<const int64_t> RowSizes::of_all_chosen() {
  measure(chosen_);
  return sizes_;
}

int64_t RowSizes::about(int64_t budget) {
  const Subset some = unit_ == Budget::Unit::bytes ? some_of(chosen_, kSample) : chosen_;
  const double mean = std::max(1.0, static_cast<double>(total(some))) / static_cast<double>(some.size());
  return std::clamp<int64_t>(static_cast<int64_t>(static_cast<double>(budget) / mean), 1, std::ssize(chosen_));
}

void RowSizes::refuse(int64_t budget, int64_t least_rows, int64_t needed) const {
  const UnitWords words = unit_words(unit_);
  throw InputError({"", "",
                    fmt::format("{} hold no set of {}; the smallest, of {}, takes {}", amount_text(budget, unit_), words.rows,
                                human_count(least_rows), amount_text(needed, unit_)),
                    fmt::format("Give {} {} or more", words.option, needed)});
}

namespace {

using Factors = std::span<const std::pair<std::string_view, double>>;

/// 0 for what is no such amount.
int64_t amount_from(const std::string& text, int64_t whole, Factors units) {
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(stop, static_cast<size_t>(text.data() + text.size() - stop));
  double amount = unit == "%" ? value / 100 * static_cast<double>(whole) : -1;
  for (const auto& [name, factor] : units) {
    if (unit == name) amount = value * factor;
  }
  return error != std::errc() || !(amount >= 1) || amount > 9e15 ? 0 : static_cast<int64_t>(amount);
}

}  // namespace

int64_t bytes_from(const std::string& text, int64_t whole, const std::string& option) {
  constexpr std::array<std::pair<std::string_view, double>, 6> kUnits = {
      {{"", 1}, {"B", 1}, {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}}};
  if (const int64_t bytes = amount_from(text, whole, kUnits); bytes > 0) return bytes;
  throw UsageError(fmt::format("{}: '{}' is no number of bytes; give one such as 5% or 300MB", option, text));
}

namespace {

int64_t count_from(const std::string& text, int64_t whole, const std::string& option, Budget::Unit unit) {
  constexpr std::array<std::pair<std::string_view, double>, 5> kUnits = {{{"", 1}, {"k", 1e3}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}}};
  if (const int64_t count = amount_from(text, whole, kUnits); count > 0) return count;
  throw UsageError(fmt::format("{}: '{}' is no number of {}; give one such as 5% or 5M", option, text, name_of(unit)));
}

}  // namespace

int64_t tokens_from(const std::string& text, int64_t whole, const std::string& option) {
  return count_from(text, whole, option, Budget::Unit::tokens);
}

int64_t objects_from(const std::string& text, int64_t whole, const std::string& option) {
  return count_from(text, whole, option, Budget::Unit::objects);
}

int64_t CountedBudget::amount(const std::string& part, int64_t whole) const {
  return unit == Budget::Unit::tokens ? tokens_from(part, whole, option) : objects_from(part, whole, option);
}

std::optional<CountedBudget> counted_budget(const std::string& keep_tokens, const std::string& keep_objects) {
  if (!keep_tokens.empty() && !keep_objects.empty())
    throw UsageError("--keep-tokens and --keep-objects both say how much to keep; give one of the two");
  if (!keep_tokens.empty()) return CountedBudget{Budget::Unit::tokens, keep_tokens, "--keep-tokens"};
  if (!keep_objects.empty()) return CountedBudget{Budget::Unit::objects, keep_objects, "--keep-objects"};
  return std::nullopt;
}

}  // namespace decant
