#include "decant/pipeline/patching/sheet_budget.h"

#include <algorithm>
#include <fmt/core.h>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/formats/sheets/sheet_writer.h"

namespace decant {
namespace {

constexpr size_t kSampledSheets = 8;

int64_t bytes_in_sheets(const sheets::Style& style, const Dataset& dataset, const Subset& rows, const Context& context) {
  return sheets::measure_sheet_set(style, dataset, rows, context).total();
}

/// The rows of some sheets, evenly spread over those that all rows would fill.
Subset rows_of_some_sheets(const sheets::Style& style, const Dataset& dataset, const Subset& all) {
  const std::vector<sheets::PlannedSheet> planned = sheets::plan_sheets(style, dataset, all);
  const size_t count = std::min(kSampledSheets, planned.size());
  std::vector<int64_t> rows;
  for (size_t i = 0; i < count; ++i) {
    const std::vector<int64_t>& own = planned[i * planned.size() / count].rows;
    rows.insert(rows.end(), own.begin(), own.end());
  }
  std::ranges::sort(rows);
  return Subset(std::move(rows));
}

}  // namespace

SheetSizes::SheetSizes(const Dataset& dataset, const sheets::Style& style, const Subset& usable, const Context& context)
    : dataset_(dataset), style_(style), usable_(usable), context_(context) {}

int64_t SheetSizes::about(int64_t budget) {
  const Subset some = rows_of_some_sheets(style_, dataset_, usable_);
  const double each = static_cast<double>(bytes_in_sheets(style_, dataset_, some, context_)) / static_cast<double>(some.size());
  return std::clamp<int64_t>(static_cast<int64_t>(static_cast<double>(budget) / each), 1, std::ssize(usable_));
}

int64_t SheetSizes::total(const Subset& rows) {
  return bytes_in_sheets(style_, dataset_, rows, context_);
}

void SheetSizes::refuse(int64_t budget, int64_t least_rows, int64_t needed) const {
  throw InputError({"", "",
                    fmt::format("{} hold no sheets; those of the smallest set, of {} rows, take {}", human_bytes(budget),
                                human_count(least_rows), human_bytes(needed)),
                    fmt::format("Give --bytes {} or more", needed)});
}

FewestCells fewest_cells_within(TileOptions options, int quality, const Dataset& dataset, const Subset& kept, int64_t budget,
                                const Context& context) {
  DECANT_CHECK(options.given(), ==, false);
  const auto with = [&](int tile) -> FewestCells {
    options.tile = tile;
    const sheets::Style style = tile_style(options, quality, dataset, kept, context);
    return {style, bytes_in_sheets(style, dataset, kept, context)};
  };
  FewestCells enough = with(std::min(sheets::kMostAcross, longest_side(options, dataset, kept, context)));
  if (enough.bytes > budget) return enough;
  int too_few = 0;
  while (enough.style.tile - too_few > 1) {
    const FewestCells middle = with((enough.style.tile + too_few) / 2);
    if (middle.bytes <= budget)
      enough = middle;
    else
      too_few = middle.style.tile;
  }
  return enough;
}

void refuse_budget_of_sheets(int64_t budget, int tile, int64_t needed) {
  throw InputError({"", "",
                    fmt::format("{} are too few: {} x {} pictures to a sheet, the most there can be, take {}", human_bytes(budget), tile,
                                tile, human_bytes(needed)),
                    "Give more, keep fewer rows, or ask for a lower --quality than they have"});
}

}  // namespace decant
