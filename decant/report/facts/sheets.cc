#include "decant/report/facts/sheets.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "decant/base/random.h"
#include "decant/data/subset.h"
#include "decant/report/facts/telling_words.h"

namespace decant::report {
namespace {

constexpr size_t kSheetRows = 12;  ///< kept ones of a sheet; as many left out
constexpr size_t kFewestSheetRows = 4;
constexpr size_t kRankedRows = 40;  ///< of each kind in a sheet of a ranking

/// Of which list a row is: 2 · bin, and one more where it is kept. REQUIRES: it has a bin.
size_t list_of(const RowFacts& rows, size_t row) {
  return 2 * static_cast<size_t>(rows.bins[row]) + rows.kept[row];
}

std::vector<int64_t> sizes_of_lists(const RowFacts& rows) {
  std::vector<int64_t> sizes(2 * static_cast<size_t>(rows.bin_count), 0);
  for (size_t row = 0; row < static_cast<size_t>(rows.count); ++row) {
    if (rows.bins[row] >= 0) ++sizes[list_of(rows, row)];
  }
  return sizes;
}

/// `count` of the places 0 … size−1 at random, ascending: a shuffle of a list that is never made.
std::vector<int64_t> draw_places(int64_t size, int64_t count, Random& random) {
  std::map<int64_t, int64_t> moved;  // what stands at a place, where that is not the place itself
  const auto at = [&](int64_t place) { return moved.try_emplace(place, place).first; };
  std::vector<int64_t> drawn;
  for (int64_t i = 0; i < std::min(count, size); ++i) {
    const auto from = at(i + static_cast<int64_t>(random.below(static_cast<uint64_t>(size - i))));
    drawn.push_back(from->second);
    from->second = at(i)->second;
  }
  std::ranges::sort(drawn);
  return drawn;
}

/// The rows at some places (ascending) of every list of rows, in ascending order.
std::vector<std::vector<int64_t>> rows_at(const RowFacts& rows, const std::vector<std::vector<int64_t>>& places) {
  std::vector<std::vector<int64_t>> found(places.size());
  std::vector<int64_t> passed(places.size(), 0);
  for (size_t row = 0; row < static_cast<size_t>(rows.count); ++row) {
    if (rows.bins[row] < 0) continue;
    const size_t list = list_of(rows, row);
    const int64_t place = passed[list]++;
    std::vector<int64_t>& own = found[list];
    if (own.size() < places[list].size() && places[list][own.size()] == place) own.push_back(static_cast<int64_t>(row));
  }
  return found;
}

/// Puts few rows in the order in which they were picked.
void put_in_order(const RowFacts& rows, std::vector<std::vector<int64_t>>& lists) {
  if (rows.selection == nullptr) return;
  std::vector<bool> shown(static_cast<size_t>(rows.count));
  for (const auto& list : lists) {
    for (const int64_t row : list) shown[static_cast<size_t>(row)] = true;
  }
  std::unordered_map<int64_t, int64_t> ranks;
  int64_t rank = 0;
  for (const int64_t row : rows.selection->order) {
    if (shown[static_cast<size_t>(row)]) ranks[row] = rank;
    ++rank;
  }
  for (auto& list : lists) std::ranges::sort(list, {}, [&](int64_t row) { return ranks[row]; });
}

/// The rows with the smallest places, ties to the smaller row: of every pool its first before any
/// pool's second.
class FirstRows {
 public:
  void offer(int64_t place, int64_t row) {
    const std::pair entry(place, row);
    if (first_.size() < kRankedRows)
      first_.insert(entry);
    else if (entry < *first_.rbegin())
      first_.insert(entry), first_.erase(std::prev(first_.end()));
  }
  std::vector<int64_t> rows() const {
    std::vector<int64_t> rows;
    for (const auto& [place, row] : first_) rows.push_back(row);
    return rows;
  }

 private:
  std::set<std::pair<int64_t, int64_t>> first_;
};

/// The two ends of a ranking, and both sides of the cut.
std::vector<Sheet> ranked_sheets(const RowFacts& rows) {
  const Selection& selection = *rows.selection;
  std::map<int32_t, int64_t> sizes;
  for (const int64_t row : selection.order) ++sizes[selection.pools[static_cast<size_t>(row)]];
  std::map<int32_t, int64_t> passed;
  FirstRows first[2], last[2];  // of what is left out, and kept
  for (const int64_t row : selection.order) {
    const auto i = static_cast<size_t>(row);
    const int32_t pool = selection.pools[i];
    const int64_t turn = passed[pool]++;
    if (rows.bins[i] < 0) continue;
    first[rows.kept[i]].offer(turn, row);
    last[rows.kept[i]].offer(sizes[pool] - 1 - turn, row);
  }
  const std::vector<int64_t> lists = sizes_of_lists(rows);
  Sheet ends{0, "First and last of the order", "kept first", "left out last", lists[0] + lists[1], lists[1], {}, {}};
  Sheet cut = ends;
  cut.name = "Both sides of the cut";
  cut.kept_name = "kept last";
  cut.left_name = "left out first";
  ends.kept = first[1].rows();
  ends.left_out = last[0].rows();
  cut.kept = last[1].rows();
  cut.left_out = first[0].rows();
  return {ends, cut};
}

}  // namespace

SheetPlan plan_sheets(int32_t bins) {
  const size_t sheets = std::clamp<size_t>(static_cast<size_t>(std::max(bins, 1)), 1, kShownRows / (2 * kFewestSheetRows));
  return {sheets, std::clamp(kShownRows / (2 * sheets), kFewestSheetRows, kSheetRows)};
}

std::vector<Sheet> choose_sheets(const RowFacts& rows, uint64_t seed) {
  if (rows.ranked()) return ranked_sheets(rows);
  const SheetPlan plan = plan_sheets(rows.bin_count);
  const std::vector<int64_t> sizes = sizes_of_lists(rows);
  std::vector<Sheet> sheets(plan.sheets);
  std::vector<std::vector<int64_t>> places(sizes.size());
  for (size_t s = 0; s < plan.sheets; ++s) {
    const size_t bin = s * static_cast<size_t>(rows.bin_count) / plan.sheets;
    Sheet& sheet = sheets[s];
    sheet.bin = static_cast<int32_t>(bin);
    sheet.name = rows.bin_count > 1 ? fmt::format("Bin {}", bin) : "The whole set";
    sheet.rows = sizes[2 * bin] + sizes[2 * bin + 1];
    sheet.kept_rows = sizes[2 * bin + 1];
    Random random(seed, "report thumbnails", bin);
    for (const size_t list : {2 * bin + 1, 2 * bin}) places[list] = draw_places(sizes[list], static_cast<int64_t>(plan.rows), random);
  }
  std::vector<std::vector<int64_t>> lists = rows_at(rows, places);
  put_in_order(rows, lists);
  for (Sheet& sheet : sheets) {
    sheet.kept = std::move(lists[2 * static_cast<size_t>(sheet.bin) + 1]);
    sheet.left_out = std::move(lists[2 * static_cast<size_t>(sheet.bin)]);
  }
  return sheets;
}

namespace {

constexpr size_t kReadOfPart = 1000;
constexpr size_t kReadOfAll = 4000;
constexpr size_t kWords = 8;

/// At most `most` of the readable rows for which `belongs` holds, evenly spaced.
template <class Belongs>
Subset spread_rows(const RowFacts& rows, size_t most, Belongs belongs) {
  const auto is_one = [&](size_t row) { return rows.bins[row] != kNoBin && belongs(row); };
  size_t all = 0;
  for (size_t row = 0; row < static_cast<size_t>(rows.count); ++row) all += is_one(row) ? 1 : 0;
  const size_t count = std::min(all, most);
  std::vector<int64_t> some;
  size_t passed = 0;
  for (size_t row = 0; some.size() < count; ++row) {
    if (is_one(row) && passed++ == some.size() * all / count) some.push_back(static_cast<int64_t>(row));
  }
  return Subset(std::move(some));
}

template <class Belongs>
WordShares words_of(const RowFacts& rows, const Texts& texts, size_t most, Belongs belongs) {
  return WordShares(texts, spread_rows(rows, most, belongs));
}

}  // namespace

void add_words(const RowFacts& rows, const Texts& texts, std::vector<Sheet>& sheets) {
  if (sheets.empty()) return;
  if (rows.bin_count == 1) {
    const WordShares kept = words_of(rows, texts, kReadOfAll, [&](size_t row) { return rows.kept[row] != 0; });
    const WordShares left = words_of(rows, texts, kReadOfAll, [&](size_t row) { return rows.kept[row] == 0; });
    sheets.front().words = telling_words(kept, left, kWords);
    sheets.front().words_left = telling_words(left, kept, kWords);
    return;
  }
  const WordShares all = words_of(rows, texts, kReadOfAll, [](size_t) { return true; });
  for (Sheet& sheet : sheets)
    sheet.words = telling_words(words_of(rows, texts, kReadOfPart, [&](size_t row) { return rows.bins[row] == sheet.bin; }), all, kWords);
}

}  // namespace decant::report
