// The table of a set of sheets, sheets.jsonl at the set's root: which pictures lie where in which
// file. docs/formats/sheets.md specifies it, with a worked example.
//
// A sheet is a JPEG or PNG of cells, squares of one side in a grid, numbered in reading order. A
// picture begins at the left top corner of its cell and need not fill it: its box says how far it
// reaches. Borders of cells lie between the units that a file is made of (the MCUs of a JPEG), so
// no coefficient belongs to two pictures.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decant/data/patch_grid.h"

namespace decant::sheets {

inline constexpr const char* kTableFile = "sheets.jsonl";
inline constexpr int kMostAcross = 16;     ///< cells each way
inline constexpr int kMostSide = 4080;     ///< pixels of a cell: sheets stay within what JPEG can say
inline constexpr size_t kHashDigits = 16;  ///< of a source row's SHA-256 that the table repeats

/// How a picture comes into its cell: whole, its aspect kept, or its largest square from the
/// centre.
enum class Fit { whole, crop };
const char* name_of(Fit fit);

/// How all sheets of a set were made.
struct Style {
  int tile = 2;    ///< cells each way, at most: the last sheet of a class may have fewer
  int side = 112;  ///< of a cell, in pixels; a multiple of unit()
  Fit fit = Fit::whole;
  int quality = 75;  ///< of JPEG, 1…100, whose chroma has half the resolution; 0 = PNG

  /// Pixels each way of the blocks that a file is made of: an MCU of a JPEG, a pixel of a PNG.
  int unit() const { return quality == 0 ? 1 : 16; }
  const char* extension() const { return quality == 0 ? ".png" : ".jpg"; }
  bool operator==(const Style&) const = default;
};

/// A picture in a sheet.
struct Cell {
  int place = 0;  ///< in the grid, in reading order
  int width = 0;  ///< of the picture, from 1 to the cell's side
  int height = 0;
  int64_t row = 0;   ///< of the source's training split
  std::string key;   ///< of that row
  std::string hash;  ///< the first kHashDigits of the SHA-256 of that row's bytes
  bool operator==(const Cell&) const = default;
};

struct Sheet {
  std::string file;    ///< below the set's root: "train/cat/sheet_0003.jpg", without classes "train/sheet_0003.jpg"
  std::string sha256;  ///< of the file
  int columns = 1;
  int rows = 1;
  std::vector<Cell> cells;  ///< by place; a cell that is not listed holds nothing
  bool operator==(const Sheet&) const = default;
};

struct Table {
  Style style;
  std::vector<Sheet> sheets;  ///< in the order in which torchvision lists the files
  int64_t cells() const;
  bool operator==(const Table&) const = default;
};

/// What a cell's picture takes of the decoded sheet.
PatchRect box_of(const Style& style, const Sheet& sheet, const Cell& cell);
/// "cat" of "train/cat/sheet_0003.jpg"; empty without classes.
std::string_view class_folder(const Sheet& sheet);
/// Whether torchvision lists one before the other: classes first, then names.
bool listed_before(const Sheet& one, const Sheet& other);

/// The file's text. REQUIRES: what parse_table() asks of it.
std::string table_text(const Table& table);

/// Reads the text of a table. `name`: for messages. Throws InputError, naming the line, for
/// anything that a set cannot be read by: another version, a cell off the borders, outside of its
/// sheet or twice, a row or file twice, files out of order, a name that leads out of the folder,
/// lines or cells that are missing. Memory in proportion to the text.
Table parse_table(std::string_view text, const std::string& name);

}  // namespace decant::sheets
