#include "decant/pipeline/run/sheets_in_run.h"

#include <algorithm>
#include <fmt/core.h>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/data/rows_view.h"

namespace decant {
namespace fs = std::filesystem;

SheetRecord sheet_record(const sheets::WrittenSheets& written, int64_t bytes_source) {
  const sheets::Style& style = written.table.style;
  return {.tile = style.tile,
          .side = style.side,
          .fit = name_of(style.fit),
          .quality = style.quality,
          .sheets = std::ssize(written.table.sheets),
          .bytes_sheets = written.bytes_sheets,
          .bytes_table = written.bytes_table,
          .bytes_source = bytes_source};
}

sheets::Style style_of(const SheetRecord& record, const fs::path& file) {
  const sheets::Style style{.tile = static_cast<int>(record.tile),
                            .side = static_cast<int>(record.side),
                            .fit = record.fit == name_of(sheets::Fit::crop) ? sheets::Fit::crop : sheets::Fit::whole,
                            .quality = static_cast<int>(record.quality)};
  const bool sound = record.tile >= 1 && record.tile <= sheets::kMostAcross && record.side >= 1 && record.side <= sheets::kMostSide &&
                     record.quality <= 100 && style.side % style.unit() == 0;
  if (!sound)
    throw InputError({file.string(), "sheets",
                      fmt::format("says {} x {} cells of {} pixels at quality {}, which no sheet has", record.tile, record.tile,
                                  record.side, record.quality),
                      "The file was changed; create the set again"});
  return style;
}

std::vector<int64_t> rows_in_sheets(const fs::path& data) {
  std::vector<int64_t> rows;
  for (const sheets::Sheet& sheet : read_sheet_table(data).sheets) {
    for (const sheets::Cell& cell : sheet.cells) rows.push_back(cell.row);
  }
  return rows;
}

std::shared_ptr<const Rows> pictures_in_sheets(const fs::path& data, const Subset& kept) {
  const std::vector<int64_t> rows = rows_in_sheets(data);
  std::vector<int64_t> cells(rows.size());  // ordered by the rows that they hold
  std::iota(cells.begin(), cells.end(), int64_t{0});
  std::ranges::sort(cells, {}, [&](int64_t cell) { return rows[static_cast<size_t>(cell)]; });
  const auto row_of = [&](int64_t cell) { return rows[static_cast<size_t>(cell)]; };
  if (!std::ranges::equal(cells, kept.rows(), {}, row_of)) return nullptr;
  return std::make_shared<RowsView>(open_sheets(data).splits.at(Split::train), std::move(cells));
}

}  // namespace decant
