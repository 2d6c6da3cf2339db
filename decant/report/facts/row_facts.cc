#include "decant/report/facts/row_facts.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <numeric>

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
  facts.bins = selection.bins;
  facts.bin_count = std::max(1, selection.bin_count);
  for (const int32_t bin : facts.bins) {
    DECANT_CHECK(bin, >=, kNoBin);
    DECANT_CHECK(bin, <, facts.bin_count);
  }
  int64_t rank = 0;
  for (const int64_t row : selection.order) {
    DECANT_CHECK(row, >=, int64_t{0});
    DECANT_CHECK(row, <, facts.count);
    facts.ranks[static_cast<size_t>(row)] = rank++;
  }
}

void read_turns(const Selection& selection, RowFacts& facts) {
  facts.ranked = true;
  facts.turns.resize(static_cast<size_t>(facts.count));
  facts.ends.resize(static_cast<size_t>(facts.count));
  std::map<int32_t, int64_t> sizes;
  for (const int64_t row : selection.order) facts.turns[static_cast<size_t>(row)] = sizes[selection.pools[static_cast<size_t>(row)]]++;
  for (const int64_t row : selection.order)
    facts.ends[static_cast<size_t>(row)] = sizes[selection.pools[static_cast<size_t>(row)]] - 1 - facts.turns[static_cast<size_t>(row)];
}

}  // namespace

RowFacts gather_rows(const ReportInput& input) {
  RowFacts facts;
  facts.count = row_count(input);
  const auto n = static_cast<size_t>(facts.count);
  facts.kept.assign(n, 0);
  facts.bins.assign(n, 0);
  facts.ranks.resize(n);
  std::iota(facts.ranks.begin(), facts.ranks.end(), int64_t{0});
  if (input.selection) read_selection(*input.selection, facts);
  if (input.selection && input.selection->ranked) read_turns(*input.selection, facts);
  for (const int64_t row : input.kept) {
    DECANT_CHECK(row, >=, int64_t{0});
    DECANT_CHECK(row, <, facts.count);
    facts.kept[static_cast<size_t>(row)] = 1;
  }
  for (const Excluded& bad : input.bad) {
    if (bad.row >= 0 && bad.row < facts.count) facts.bins[static_cast<size_t>(bad.row)] = kNoBin;
  }
  return facts;
}

std::string class_name(const std::vector<std::string>& classes, int32_t label) {
  if (label < 0) return "no class";
  if (static_cast<size_t>(label) < classes.size()) return classes[static_cast<size_t>(label)];
  return fmt::format("class {}", label);
}

}  // namespace decant::report
