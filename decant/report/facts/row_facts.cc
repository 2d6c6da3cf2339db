#include "decant/report/facts/row_facts.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>
#include <utility>

#include "decant/base/errors.h"

namespace decant::report {
namespace {

int64_t row_count(const ReportInput& input) {
  std::vector<int64_t> counts;
  if (input.selection) counts.push_back(static_cast<int64_t>(input.selection->bins.size()));
  if (input.source) counts.push_back(input.source->train().size());
  if (input.map.rows > 0) counts.push_back(input.map.rows);
  if (counts.empty()) counts.push_back(input.kept.empty() ? 0 : input.kept.back() + 1);
  for (const int64_t count : counts) DECANT_CHECK(count, ==, counts.front());
  return counts.front();
}

void read_selection(const Selection& selection, RowFacts& facts) {
  facts.selection = &selection;
  facts.bins = selection.bins;
  facts.bin_count = std::max(1, selection.bin_count);
  for (const int32_t bin : facts.bins) {
    DECANT_CHECK(bin, >=, kNoBin);
    DECANT_CHECK(bin, <, facts.bin_count);
  }
  for (const int64_t row : selection.order) DECANT_CHECK(row, <, facts.count);
}

/// Selections have no bin for bad rows, but those that read the rows anew may find more of them.
void take_out(std::span<const Excluded> bad, RowFacts& facts) {
  const auto is_in = [&](const Excluded& each) {
    return each.row >= 0 && each.row < facts.count && facts.bins[static_cast<size_t>(each.row)] != kNoBin;
  };
  if (std::ranges::none_of(bad, is_in)) return;
  std::vector<int32_t> bins = facts.bins.values();
  for (const Excluded& each : bad) {
    if (is_in(each)) bins[static_cast<size_t>(each.row)] = kNoBin;
  }
  facts.bins = std::move(bins);
}

}  // namespace

RowFacts gather_rows(const ReportInput& input) {
  RowFacts facts;
  facts.count = row_count(input);
  const auto n = static_cast<size_t>(facts.count);
  facts.kept.assign(n, 0);
  facts.bins = {n, 0};
  if (input.selection) read_selection(*input.selection, facts);
  for (const int64_t row : input.kept) {
    DECANT_CHECK(row, >=, int64_t{0});
    DECANT_CHECK(row, <, facts.count);
    facts.kept[static_cast<size_t>(row)] = 1;
  }
  take_out(input.bad, facts);
  return facts;
}

std::string class_name(const std::vector<std::string>& classes, int32_t label) {
  if (label < 0) return "no class";
  if (static_cast<size_t>(label) < classes.size()) return classes[static_cast<size_t>(label)];
  return fmt::format("class {}", label);
}

}  // namespace decant::report
