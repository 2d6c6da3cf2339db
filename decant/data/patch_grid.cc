#include "decant/data/patch_grid.h"

#include <algorithm>

#include "decant/base/errors.h"

namespace decant {
namespace {

/// Where cell `i` of `cells` begins along a side of `units`.
int cell_begin(int i, int units, int cells) {
  return static_cast<int>(int64_t{i} * units / cells);
}

/// The cell that `unit` lies in: the last one that begins at or before it.
int cell_at(int unit, int units, int cells) {
  const auto cell = static_cast<int>(((int64_t{unit} + 1) * cells - 1) / units);
  DECANT_CHECK(cell_begin(cell, units, cells), <=, unit);
  return cell;
}

}  // namespace

void cut_out(ImageView whole, const PatchRect& rect, Image& part) {
  const int channels = whole.size.channels;
  part.resize({rect.width(), rect.height(), channels});
  for (int y = 0; y < rect.height(); ++y)
    std::copy_n(whole.row(rect.top + y) + int64_t{rect.left} * channels, int64_t{rect.width()} * channels, part.row(y));
}

PatchGrid::PatchGrid(int width, int height, PatchUnit unit, int cells) : width_(width), height_(height), unit_(unit) {
  DECANT_CHECK(std::min({width, height, unit.width, unit.height, cells}), >=, 1);
  columns_ = std::min(cells, units_across());
  rows_ = std::min(cells, units_down());
}

PatchGrid::PatchGrid(int width, int height, PatchUnit unit, int columns, int rows)
    : width_(width), height_(height), unit_(unit), columns_(columns), rows_(rows) {
  DECANT_CHECK(std::min({width, height, unit.width, unit.height, columns, rows}), >=, 1);
  DECANT_CHECK(columns, <=, units_across());
  DECANT_CHECK(rows, <=, units_down());
}

PatchRect PatchGrid::units(int cell) const {
  const int column = cell % columns_;
  const int row = cell / columns_;
  return {cell_begin(column, units_across(), columns_), cell_begin(row, units_down(), rows_),
          cell_begin(column + 1, units_across(), columns_), cell_begin(row + 1, units_down(), rows_)};
}

PatchRect PatchGrid::pixels(int cell) const {
  const PatchRect in_units = units(cell);
  return {in_units.left * unit_.width, in_units.top * unit_.height, std::min(in_units.right * unit_.width, width_),
          std::min(in_units.bottom * unit_.height, height_)};
}

int PatchGrid::cell_of(int unit_x, int unit_y) const {
  return cell_at(unit_y, units_down(), rows_) * columns_ + cell_at(unit_x, units_across(), columns_);
}

}  // namespace decant
