#include "decant/patches/protect.h"

#include <algorithm>
#include <numeric>

#include "decant/base/errors.h"

namespace decant::patches {
namespace {

/// Which cell a pixel is in, of cells that are a grid: a cell for each pair of bands.
class CellBands {
 public:
  explicit CellBands(std::span<const PatchRect> cells) {
    for (const PatchRect& cell : cells) {
      lefts_.push_back(cell.left);
      tops_.push_back(cell.top);
    }
    for (std::vector<int>* const edges : {&lefts_, &tops_}) {
      std::ranges::sort(*edges);
      edges->erase(std::ranges::unique(*edges).begin(), edges->end());
    }
    DECANT_CHECK(lefts_.size() * tops_.size(), ==, cells.size());
    cells_.resize(cells.size());
    for (size_t i = 0; i < cells.size(); ++i) cells_[band_of(tops_, cells[i].top) * lefts_.size() + band_of(lefts_, cells[i].left)] = i;
  }

  size_t column_of(int64_t x) const { return band_of(lefts_, x); }
  size_t line_of(int64_t y) const { return band_of(tops_, y); }
  /// The first y below a line of cells, at most `end`.
  int64_t end_of(size_t line, int64_t end) const { return line + 1 < tops_.size() ? std::min<int64_t>(tops_[line + 1], end) : end; }
  size_t cell(size_t line, size_t column) const { return cells_[line * lefts_.size() + column]; }

 private:
  static size_t band_of(const std::vector<int>& edges, int64_t at) {
    return static_cast<size_t>(std::ranges::upper_bound(edges, at) - edges.begin()) - 1;
  }

  std::vector<int> lefts_;
  std::vector<int> tops_;
  std::vector<size_t> cells_;  ///< by line, then column
};

/// Adds the pixels [begin, end) of one column of the picture.
void add_column(const CellBands& bands, int64_t x, int64_t begin, int64_t end, std::vector<double>& areas) {
  const size_t column = bands.column_of(x);
  for (size_t line = bands.line_of(begin); begin < end; ++line) {
    const int64_t stop = bands.end_of(line, end);
    areas[bands.cell(line, column)] += static_cast<double>(stop - begin);
    begin = stop;
  }
}

bool holds_class(const PatchRect& cell, const ClassMask& mask, const std::vector<bool>& wanted) {
  for (int y = cell.top; y < cell.bottom; ++y) {
    const int32_t* const line = mask.labels.data() + static_cast<size_t>(y) * static_cast<size_t>(mask.width);
    for (int x = cell.left; x < cell.right; ++x) {
      if (line[x] != kNoLabel && wanted[static_cast<size_t>(line[x])]) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<double> areas_in_cells(std::span<const PatchRect> cells, const Box& box) {
  std::vector<double> areas;
  for (const PatchRect& cell : cells) {
    const double width = std::min<double>(cell.right, box.x1) - std::max<double>(cell.left, box.x0);
    const double height = std::min<double>(cell.bottom, box.y1) - std::max<double>(cell.top, box.y0);
    areas.push_back(std::max(0.0, width) * std::max(0.0, height));
  }
  return areas;
}

std::vector<double> areas_in_cells(std::span<const PatchRect> cells, std::span<const int64_t> runs, int64_t height) {
  std::vector<double> areas(cells.size(), 0);
  const CellBands bands(cells);
  int64_t at = 0;  // pixels so far, column by column
  for (size_t i = 0; i < runs.size(); at += runs[i++]) {
    if (i % 2 == 0) continue;  // outside the object
    for (int64_t begin = at, end = at + runs[i]; begin < end;) {
      const int64_t x = begin / height, y = begin % height;
      const int64_t stop = std::min(end, (x + 1) * height);
      add_column(bands, x, y, y + stop - begin, areas);
      begin = stop;
    }
  }
  return areas;
}

void hold_object(std::span<const double> areas, double share, std::vector<bool>& held) {
  DECANT_CHECK(areas.size(), ==, held.size());
  const double whole = std::accumulate(areas.begin(), areas.end(), 0.0);
  for (size_t cell = 0; cell < areas.size(); ++cell) {
    if (areas[cell] > share * whole) held[cell] = true;
  }
}

void hold_classes(std::span<const PatchRect> cells, const ClassMask& mask, const std::vector<bool>& wanted, std::vector<bool>& held) {
  DECANT_CHECK(cells.size(), ==, held.size());
  for (size_t cell = 0; cell < cells.size(); ++cell) held[cell] = held[cell] || holds_class(cells[cell], mask, wanted);
}

}  // namespace decant::patches
