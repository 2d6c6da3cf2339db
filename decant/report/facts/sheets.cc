#include "decant/report/facts/sheets.h"

#include <algorithm>
#include <fmt/format.h>

#include "decant/base/random.h"
#include "decant/data/subset.h"
#include "decant/report/facts/telling_words.h"

namespace decant::report {
namespace {

constexpr size_t kSheetRows = 12;  ///< kept ones of a sheet; as many left out
constexpr size_t kFewestSheetRows = 4;
constexpr size_t kRankedRows = 40;  ///< of each kind in a sheet of a ranking

/// `count` of `pool` at random, in the order they were picked.
std::vector<int64_t> choose(std::vector<int64_t> pool, size_t count, const RowFacts& rows, Random& random) {
  count = std::min(count, pool.size());
  for (size_t i = 0; i < count; ++i) std::swap(pool[i], pool[i + random.below(pool.size() - i)]);
  pool.resize(count);
  std::sort(pool.begin(), pool.end(),
            [&](int64_t a, int64_t b) { return rows.ranks[static_cast<size_t>(a)] < rows.ranks[static_cast<size_t>(b)]; });
  return pool;
}

/// Rows of each bin in [bin][kept] lists. Counted first: lists of millions of rows do not grow by
/// copying.
std::vector<std::vector<int64_t>> rows_by_bin(const RowFacts& rows) {
  const auto list_of = [&](size_t row) { return 2 * static_cast<size_t>(rows.bins[row]) + rows.kept[row]; };
  std::vector<size_t> sizes(2 * static_cast<size_t>(rows.bin_count), 0);
  std::vector<std::vector<int64_t>> lists(sizes.size());
  const auto n = static_cast<size_t>(rows.count);
  for (size_t row = 0; row < n; ++row) {
    if (rows.bins[row] >= 0) ++sizes[list_of(row)];
  }
  for (size_t list = 0; list < lists.size(); ++list) lists[list].reserve(sizes[list]);
  for (size_t row = 0; row < n; ++row) {
    if (rows.bins[row] >= 0) lists[list_of(row)].push_back(static_cast<int64_t>(row));
  }
  return lists;
}

/// The `count` of `pool` with the smallest `places`: of every pool its first before any pool's
/// second.
std::vector<int64_t> first_by(std::vector<int64_t> pool, size_t count, const std::vector<int64_t>& places) {
  count = std::min(count, pool.size());
  const auto before = [&](int64_t a, int64_t b) {
    const int64_t x = places[static_cast<size_t>(a)];
    const int64_t y = places[static_cast<size_t>(b)];
    return x != y ? x < y : a < b;
  };
  std::partial_sort(pool.begin(), pool.begin() + static_cast<ptrdiff_t>(count), pool.end(), before);
  pool.resize(count);
  return pool;
}

/// The two ends of a ranking, and both sides of the cut.
std::vector<Sheet> ranked_sheets(const RowFacts& rows) {
  const std::vector<std::vector<int64_t>> lists = rows_by_bin(rows);
  const std::vector<int64_t>& left_out = lists[0];
  const std::vector<int64_t>& kept = lists[1];
  Sheet ends{0, "First and last of the order", "kept first", "left out last", std::ssize(kept) + std::ssize(left_out), std::ssize(kept), {},
             {}};
  Sheet cut = ends;
  cut.name = "Both sides of the cut";
  cut.kept_name = "kept last";
  cut.left_name = "left out first";
  ends.kept = first_by(kept, kRankedRows, rows.turns);
  ends.left_out = first_by(left_out, kRankedRows, rows.ends);
  cut.kept = first_by(kept, kRankedRows, rows.ends);
  cut.left_out = first_by(left_out, kRankedRows, rows.turns);
  return {ends, cut};
}

}  // namespace

SheetPlan plan_sheets(int32_t bins) {
  const size_t sheets = std::clamp<size_t>(static_cast<size_t>(std::max(bins, 1)), 1, kShownRows / (2 * kFewestSheetRows));
  return {sheets, std::clamp(kShownRows / (2 * sheets), kFewestSheetRows, kSheetRows)};
}

std::vector<Sheet> choose_sheets(const RowFacts& rows, uint64_t seed) {
  if (rows.ranked) return ranked_sheets(rows);
  const SheetPlan plan = plan_sheets(rows.bin_count);
  std::vector<std::vector<int64_t>> lists = rows_by_bin(rows);
  std::vector<Sheet> sheets(plan.sheets);
  for (size_t s = 0; s < plan.sheets; ++s) {
    const size_t bin = s * static_cast<size_t>(rows.bin_count) / plan.sheets;
    std::vector<int64_t>& left_out = lists[2 * bin];
    std::vector<int64_t>& kept = lists[2 * bin + 1];
    Sheet& sheet = sheets[s];
    sheet.bin = static_cast<int32_t>(bin);
    sheet.name = rows.bin_count > 1 ? fmt::format("Bin {}", bin) : "The whole set";
    sheet.rows = static_cast<int64_t>(left_out.size() + kept.size());
    sheet.kept_rows = static_cast<int64_t>(kept.size());
    Random random(seed, "report thumbnails", bin);
    sheet.kept = choose(std::move(kept), plan.rows, rows, random);
    sheet.left_out = choose(std::move(left_out), plan.rows, rows, random);
  }
  return sheets;
}

namespace {

constexpr size_t kReadOfPart = 1000;
constexpr size_t kReadOfAll = 4000;
constexpr size_t kWords = 8;

/// Readable rows for which `belongs` holds.
template <class Belongs>
std::vector<int64_t> readable_rows(const RowFacts& rows, Belongs belongs) {
  std::vector<int64_t> found;
  for (int64_t row = 0; row < rows.count; ++row) {
    if (rows.bins[static_cast<size_t>(row)] != kNoBin && belongs(static_cast<size_t>(row))) found.push_back(row);
  }
  return found;
}

template <class Belongs>
WordShares words_of(const RowFacts& rows, const Texts& texts, size_t most, Belongs belongs) {
  return WordShares(texts, some_of(readable_rows(rows, belongs), most));
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
