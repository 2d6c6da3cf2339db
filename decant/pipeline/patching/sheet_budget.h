// Sheets of so many bytes, their table included:
//
//     --tile N --bytes B         as many rows as fit, N × N to a sheet
//     --bytes B --spend sheets   all rows that --keep asks for, as few to a sheet as the budget allows
//
// What a sheet takes is not the sum of what its pictures would, so sets are measured whole: a
// search makes the sheets of every set that it asks about, and lets them go. Cost: decoding,
// shrinking and coding the rows once for each of them, some four to eight sets.
#pragma once

#include <cstdint>
#include <map>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/formats/sheets/sheet_table.h"
#include "decant/pipeline/patching/set_sizes.h"
#include "decant/pipeline/patching/tiling.h"

namespace decant {

inline constexpr const char* kSpendSheets = "sheets";  ///< a currency beside those of byte_budget.h

/// What sets of some rows take as sheets of one style.
class SheetSizes final : public SetSizes {
 public:
  /// `usable`: the rows that may be asked about; not empty. All of it must outlive this.
  SheetSizes(const Dataset& dataset, const sheets::Style& style, const Subset& usable, const Context& context);

  const sheets::Style& style() const { return style_; }
  /// About how many rows a budget holds, judged by a few full sheets: at least 1.
  int64_t about(int64_t budget) override;
  /// Bytes of their sheets.
  int64_t total(const Subset& rows) override;
  int64_t most_rows() const override { return std::ssize(usable_); }

 private:
  [[noreturn]] void refuse(int64_t budget, int64_t least_rows, int64_t needed) const override;
  const Dataset& dataset_;
  sheets::Style style_;
  const Subset& usable_;
  const Context& context_;
};

struct FewestCells {
  sheets::Style style;
  int64_t bytes = 0;  ///< of its sheets; more than the budget where no number of cells is enough
};

/// The style with the fewest cells each way whose sheets of `kept` take at most `budget`; that with
/// the most there can be where none does. `quality`: as tile_style() has it. Throws what that
/// throws. REQUIRES: options that give no number of cells.
FewestCells fewest_cells_within(TileOptions options, int quality, const Dataset& dataset, const Subset& kept, int64_t budget,
                                const Context& context);

/// Throws the InputError of a budget that no number of cells meets. `needed`: about, with the most.
[[noreturn]] void refuse_budget_of_sheets(int64_t budget, int tile, int64_t needed);

}  // namespace decant
