#include "decant/patches/drop.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "decant/base/errors.h"

namespace decant::patches {
namespace {

void flatten_cell(Image& image, const PatchRect& cell) {
  const int channels = image.size.channels;
  const int64_t pixels = int64_t{cell.width()} * cell.height();
  for (int c = 0; c < channels; ++c) {
    const auto value = [&](int x, int y) -> uint8_t& { return image.row(y)[int64_t{x} * channels + c]; };
    int64_t sum = 0;
    for (int y = cell.top; y < cell.bottom; ++y) {
      for (int x = cell.left; x < cell.right; ++x) sum += value(x, y);
    }
    const auto mean = static_cast<uint8_t>((2 * sum + pixels) / (2 * pixels));
    for (int y = cell.top; y < cell.bottom; ++y) {
      for (int x = cell.left; x < cell.right; ++x) value(x, y) = mean;
    }
  }
}

}  // namespace

PatchMask drop_least(const PatchGrid& grid, std::span<const float> importance, int count) {
  DECANT_CHECK(std::ssize(importance), ==, grid.count());
  DECANT_CHECK(count, >=, 0);
  DECANT_CHECK(count, <, grid.count());
  std::vector<int> cells(static_cast<size_t>(grid.count()));
  std::iota(cells.rbegin(), cells.rend(), 0);
  std::ranges::stable_sort(cells, {}, [&](int cell) { return importance[static_cast<size_t>(cell)]; });
  PatchMask mask = PatchMask::whole(grid);
  for (int i = 0; i < count; ++i) mask.kept[static_cast<size_t>(cells[static_cast<size_t>(i)])] = false;
  return mask;
}

PatchMask drop_below(const PatchGrid& grid, std::span<const float> worth, float least, int most) {
  const auto below = std::ranges::count_if(worth, [&](float value) { return value < least; });
  return drop_least(grid, worth, static_cast<int>(std::min<int64_t>(below, most)));
}

int exempt(const std::vector<bool>& held, std::span<float> importance) {
  DECANT_CHECK(held.size(), ==, importance.size());
  int left = 0;
  for (size_t cell = 0; cell < held.size(); ++cell) {
    if (held[cell])
      importance[cell] = std::numeric_limits<float>::infinity();
    else
      ++left;
  }
  return left;
}

void DropTally::add(int of_picture, int asked_of_it, int dropped_of_it) {
  cells += of_picture;
  asked += asked_of_it;
  dropped += dropped_of_it;
  pictures_short += dropped_of_it < asked_of_it ? 1 : 0;
}

DropTally& DropTally::operator+=(const DropTally& other) {
  cells += other.cells;
  asked += other.asked;
  dropped += other.dropped;
  pictures_short += other.pictures_short;
  return *this;
}

int cells_of(double share, int cells) {
  return std::min(static_cast<int>(std::floor(share * cells + 0.5)), cells - 1);
}

void flatten_dropped(Image& image, const PatchMask& mask) {
  DECANT_CHECK(mask.grid.width(), ==, image.size.width);
  DECANT_CHECK(mask.grid.height(), ==, image.size.height);
  for (int cell = 0; cell < mask.grid.count(); ++cell) {
    if (!mask.kept[static_cast<size_t>(cell)]) flatten_cell(image, mask.grid.pixels(cell));
  }
}

}  // namespace decant::patches
