// --tile: the kept pictures, shrunk, several to a file (formats/sheets/).
#pragma once

#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/dataset.h"
#include "decant/data/subset.h"
#include "decant/formats/sheets/sheet_table.h"

namespace decant {

struct TileOptions {
  int tile = 0;  ///< cells each way; 0 = pictures keep files of their own
  int side = 0;  ///< of a cell, in pixels; 0 = side_of_cells()
  std::string fit = "whole";

  void declare(OptionTable& table);
  bool given() const { return tile != 0; }
  bool operator==(const TileOptions&) const = default;
};

/// Sides of pictures that are small as they are, and so are not made smaller unless asked.
inline constexpr int kSmallSide = 64;
/// Side of the picture that a sheet of photographs takes the place of.
inline constexpr int kUsualSide = 224;
/// Of sheets of pictures that are files, where no quality is asked for; pixels then become PNG
/// sheets, which lose nothing, and cells of sheets sheets of the quality that they have.
inline constexpr int kSheetQuality = 75;

/// Throws UsageError for values out of range. `counted`: another option decides how many cells
/// there are, so that they need not be given.
void require_sound(const TileOptions& options, bool counted);

/// Throws InputError for rows that sheets have no place for: those without pictures, with objects
/// or masks, or with soft labels.
void require_tileable(const Dataset& dataset, const std::string& path, const std::string& option = "--tile");

/// The side of cells where none is asked for, for pictures whose longest side is `longest`: that,
/// rounded up to `unit`, where it is at most kSmallSide; else kUsualSide / tile, rounded to `unit`,
/// so that a sheet is about as large as a usual picture, and no larger than the former.
int side_of_cells(int tile, int unit, int longest);

/// The longest side that a picture of `kept` would have in a cell that is large enough. Reads the
/// head of every one, unless all are of one size.
int longest_side(const TileOptions& options, const Dataset& dataset, const Subset& kept, const Context& context);

/// How the sheets of `kept` rows are made. `quality`: --quality, 0 = not given. Reads the head of
/// every kept picture where no side is given. Throws InputError: a side that is no multiple of the
/// unit of the files, more cells each way than the largest picture has pixels.
sheets::Style tile_style(const TileOptions& options, int quality, const Dataset& dataset, const Subset& kept, const Context& context);

/// "2 x 2 pictures of 112 pixels, whole, as JPEGs of quality 75".
std::string in_words(const sheets::Style& style);

}  // namespace decant
