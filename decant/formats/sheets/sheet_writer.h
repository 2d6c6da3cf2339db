// Pictures of any data set shrunk into sheets.
//
// A picture is made so small that it fits its cell, by exact area averages of its decoded pixels
// (kernels/shrink_area.h), and never larger. What it leaves of its cell repeats its last column and
// row, which costs few bytes and keeps smoothed chroma from bleeding in; a cell without a picture
// is mid-grey. A class's pictures are taken in the order of their rows, tile² to a sheet; the last
// one has the smallest grid that holds what is left.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/formats/sheets/sheet_table.h"

namespace decant::sheets {

/// Columns and rows of the grid with the fewest cells, at most `tile` each way, that holds `count`
/// pictures; of equal ones the squarest, wide rather than high. REQUIRES: 1 ≤ count ≤ tile².
std::pair<int, int> grid_for(int64_t count, int tile);

/// The size that a picture has in its cell.
ImageSize size_in_cell(const Style& style, ImageSize picture);

/// The picture as its cell holds it.
Image shrunk_into_cell(const Style& style, const Image& picture);

/// A sheet's file of the pictures of `rows`, placed 0, 1, 2 …; grey where all of them are. Fills
/// the boxes of `sheet`'s cells. A JPEG has optimised Huffman tables. Throws InputError for a
/// picture that does not decode. REQUIRES: as many rows as the sheet has cells.
std::vector<std::byte> make_sheet(const Style& style, const Rows& source, std::span<const int64_t> rows, Sheet& sheet);

struct PlannedSheet {
  std::string file;  ///< as Sheet::file
  std::vector<int64_t> rows;
};

/// The sheets that rows would be written to: no picture is read. Throws InputError where some rows
/// have a label and some do not.
std::vector<PlannedSheet> plan_sheets(const Style& style, const Dataset& dataset, std::span<const int64_t> rows);

struct SheetSetBytes {
  int64_t sheets = 0;
  int64_t table = 0;
  int64_t total() const { return sheets + table; }
};

/// What write_sheet_set() would write, to the byte: sheets are made on all threads and let go of.
/// Throws what make_sheet() and plan_sheets() throw, Cancelled.
SheetSetBytes measure_sheet_set(const Style& style, const Dataset& dataset, std::span<const int64_t> rows, const Context& context);

/// What a reader of the sheets would see, without writing them.
struct SheetsInMemory {
  std::shared_ptr<const Rows> rows;  ///< row i is the cell of the i-th of the rows
  std::vector<int64_t> bytes;        ///< of each: its share of its sheet and of the table
};

/// Sheets are made on all threads, and read again. Throws as measure_sheet_set(). REQUIRES: rows
/// ascending.
SheetsInMemory sheets_in_memory(const Style& style, const Dataset& dataset, std::span<const int64_t> rows, const Context& context);

struct WrittenSheets {
  Table table;
  int64_t bytes_sheets = 0;
  int64_t bytes_table = 0;
};

/// Writes sheets and table into `folder`, which exists and is empty. `rows`: ascending rows of the
/// training split, which have pictures. All threads. Throws InputError as make_sheet() and
/// plan_sheets(), IoError, Cancelled; then every file in `folder` is whole. REQUIRES: 1 ≤ tile ≤
/// kMostAcross, side a multiple of the style's unit.
WrittenSheets write_sheet_set(const Style& style, const Dataset& dataset, std::span<const int64_t> rows,
                              const std::filesystem::path& folder, const Context& context);

}  // namespace decant::sheets
