#include "decant/report/cards/reduced_picture.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "decant/base/errors.h"
#include "decant/patches/fill.h"
#include "decant/report/cards/thumbnail.h"
#include "decant/report/facts/row_facts.h"

namespace decant::report {
namespace {

/// From the first to behind the last pixel, of `small` along a side, that takes from [begin, end)
/// of `large`. Pixel i takes from those j with |j + ½ − (i + ½)·s| < s, s = large / small.
struct Reach {
  int first;
  int last;
};
Reach reach_of(int begin, int end, int large, int small) {
  const double scale = static_cast<double>(large) / small;
  const int first = static_cast<int>(std::floor((begin + 0.5) / scale - 1.5)) + 1;
  const int last = static_cast<int>(std::ceil((end - 0.5) / scale + 0.5));
  return {std::clamp(first, 0, small), std::clamp(last, 0, small)};
}

/// What a network would see in place of the dropped cells; empty where nothing is left to go by.
std::vector<std::byte> filled_thumbnail(Image shown, const PatchMask& mask) {
  const PatchMask small = mask_at(mask, shown.size);
  if (small.kept_count() == 0) return {};
  const patches::Filling filling{&shown, &small};
  patches::make_filler("smooth")->fill({&filling, 1});
  return as_thumbnail(shown);
}

void add_mask(const PatchMask& mask, const Image& shown, ReducedPicture& made) {
  made.cells = mask.grid.count();
  made.cells_kept = mask.kept_count();
  made.outline = outline_of(mask);
  made.filled = filled_thumbnail(shown, mask);
}

}  // namespace

std::string outline_of(const PatchMask& mask) {
  const PatchGrid& grid = mask.grid;
  const auto dropped = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= grid.columns() || y >= grid.rows()) return false;
    return !mask.kept[static_cast<size_t>(y * grid.columns() + x)];
  };
  std::string path;
  for (int y = 0; y < grid.rows(); ++y) {
    for (int x = 0; x < grid.columns(); ++x) {
      if (!dropped(x, y)) continue;
      const PatchRect cell = grid.pixels(y * grid.columns() + x);
      if (!dropped(x, y - 1)) path += fmt::format("M{} {}H{}", cell.left, cell.top, cell.right);
      if (!dropped(x, y + 1)) path += fmt::format("M{} {}H{}", cell.left, cell.bottom, cell.right);
      if (!dropped(x - 1, y)) path += fmt::format("M{} {}V{}", cell.left, cell.top, cell.bottom);
      if (!dropped(x + 1, y)) path += fmt::format("M{} {}V{}", cell.right, cell.top, cell.bottom);
    }
  }
  return path;
}

PatchMask mask_at(const PatchMask& mask, ImageSize size) {
  const PatchGrid& grid = mask.grid;
  if (size.width == grid.width() && size.height == grid.height()) return mask;
  PatchMask small = PatchMask::whole(PatchGrid(size.width, size.height, {}, size.width, size.height));
  for (int cell = 0; cell < grid.count(); ++cell) {
    if (mask.kept[static_cast<size_t>(cell)]) continue;
    const PatchRect rect = grid.pixels(cell);
    const Reach across = reach_of(rect.left, rect.right, grid.width(), size.width);
    const Reach down = reach_of(rect.top, rect.bottom, grid.height(), size.height);
    for (int y = down.first; y < down.last; ++y)
      std::fill_n(small.kept.begin() + y * size.width + across.first, across.last - across.first, false);
  }
  return small;
}

std::optional<ReducedPicture> reduced_picture(const Dataset& source, int64_t row, const Rows& written, int64_t place) {
  const Rows& rows = source.train();
  try {
    ReducedPicture made{.row = row, .key = rows.key(row)};
    if (rows.label(row) != kNoLabel) made.label = class_name(source.classes, rows.label(row));
    Image image;
    rows.pictures()->decode(row, image);
    const Image original = shrunk(image, kReducedSide);
    made.original = as_thumbnail(original);
    made.size = original.size;
    written.pictures()->decode(place, image);
    made.stored_size = image.size;
    const Image stored = shrunk(image, kReducedSide);
    made.stored = as_thumbnail(stored);
    if (const auto mask = written.pictures()->mask(place)) add_mask(*mask, stored, made);
    return made;
  } catch (const InputError&) {
    return std::nullopt;
  } catch (const IoError&) {
    return std::nullopt;
  }
}

}  // namespace decant::report
