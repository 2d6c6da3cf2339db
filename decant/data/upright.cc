#include "decant/data/upright.h"

#include <cstring>
#include <utility>

#include "decant/base/errors.h"

namespace decant {
namespace {

/// A turn in steps: what is stored is counted from the right or from below, then its sides swapped.
struct Turning {
  bool from_right, from_below, sides_swapped;

  explicit Turning(int orientation)
      : from_right(orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8),
        from_below(orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7),
        sides_swapped(orientation >= 5) {
    DECANT_CHECK(orientation >= 1 && orientation <= 8, ==, true);
  }
};

PatchRect turned(const PatchRect& rect, const PatchGrid& grid, const Turning& turning) {
  PatchRect out = rect;
  if (turning.from_right) out.left = grid.width() - rect.right, out.right = grid.width() - rect.left;
  if (turning.from_below) out.top = grid.height() - rect.bottom, out.bottom = grid.height() - rect.top;
  return turning.sides_swapped ? PatchRect{out.top, out.left, out.bottom, out.right} : out;
}

}  // namespace

void turn_upright(Image& image, int orientation) {
  const auto [from_right, from_below, sides_swapped] = Turning(orientation);
  if (orientation == 1) return;
  const ImageSize stored = image.size;
  const auto channels = static_cast<size_t>(stored.channels);
  Image shown;
  shown.resize(sides_swapped ? ImageSize{stored.height, stored.width, stored.channels} : stored);
  for (int y = 0; y < shown.size.height; ++y) {
    for (int x = 0; x < shown.size.width; ++x) {
      const int column = sides_swapped ? y : x, line = sides_swapped ? x : y;
      const uint8_t* const from = image.row(from_below ? stored.height - 1 - line : line) +
                                  static_cast<size_t>(from_right ? stored.width - 1 - column : column) * channels;
      std::memcpy(shown.row(y) + static_cast<size_t>(x) * channels, from, channels);
    }
  }
  image = std::move(shown);
}

std::vector<PatchRect> cells_turned(const PatchGrid& grid, int orientation) {
  const Turning turning(orientation);
  std::vector<PatchRect> cells;
  for (int cell = 0; cell < grid.count(); ++cell) cells.push_back(turned(grid.pixels(cell), grid, turning));
  return cells;
}

std::vector<PatchRect> dropped_turned(const PatchMask& mask, int orientation) {
  const Turning turning(orientation);
  std::vector<PatchRect> cells;
  for (int cell = 0; cell < mask.grid.count(); ++cell) {
    if (!mask.kept[static_cast<size_t>(cell)]) cells.push_back(turned(mask.grid.pixels(cell), mask.grid, turning));
  }
  return cells;
}

void decode_as_annotated(const Rows& rows, int64_t row, Image& image) {
  rows.pictures()->decode(row, image);
  if (rows.targets() != nullptr) turn_upright(image, rows.targets()->orientation(row));
}

}  // namespace decant
