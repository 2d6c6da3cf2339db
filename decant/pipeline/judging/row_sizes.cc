#include "decant/pipeline/judging/row_sizes.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/patches/spend.h"

namespace decant {

RowSizes::RowSizes(const Rows& rows, const Subset& chosen, const Context& context)
    : chosen_(chosen), bytes_(static_cast<size_t>(rows.size())) {
  if (!require_pictures(rows).are_files())
    throw InputError(
        {"", "", "stores pixels, whose bytes do not depend on what is in them", "Give picture files, or budgets of rows: --keep"});
  Stage stage(context, "measure bytes", std::ssize(chosen), "pictures");
  parallel_for(context, std::ssize(chosen), 64, [&](int64_t begin, int64_t end) {
    std::vector<std::byte> scratch;
    for (int64_t i = begin; i < end; ++i, stage.advance()) {
      const int64_t row = chosen[static_cast<size_t>(i)];
      bytes_[static_cast<size_t>(row)] = std::ssize(rows.bytes(row, scratch));
    }
  });
}

double RowSizes::mean() const {
  return static_cast<double>(total(chosen_)) / static_cast<double>(chosen_.size());
}

int64_t RowSizes::total(const Subset& rows) const {
  int64_t sum = 0;
  for (const int64_t row : rows) sum += bytes_[static_cast<size_t>(row)];
  return sum;
}

Subset RowSizes::largest_within(int64_t budget, int64_t most, const std::function<Subset(int64_t count)>& draw) const {
  const int64_t count = patches::largest_count(
      most, [&](int64_t some) { return total(draw(some)); }, budget);
  if (count == 0) throw InputError({"", "", fmt::format("{} hold not even one picture", human_bytes(budget)), "Raise --bytes"});
  return draw(count);
}

int64_t bytes_from(const std::string& text, int64_t whole, const std::string& option) {
  constexpr std::array<std::pair<std::string_view, double>, 5> kUnits = {{{"", 1}, {"B", 1}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}}};
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(stop, static_cast<size_t>(text.data() + text.size() - stop));
  double bytes = unit == "%" ? value / 100 * static_cast<double>(whole) : -1;
  for (const auto& [name, factor] : kUnits) {
    if (unit == name) bytes = value * factor;
  }
  if (error != std::errc() || !(bytes >= 1) || bytes > 9e15)
    throw UsageError(fmt::format("{}: '{}' is no number of bytes; give one such as 5% or 300MB", option, text));
  return static_cast<int64_t>(bytes);
}

}  // namespace decant
