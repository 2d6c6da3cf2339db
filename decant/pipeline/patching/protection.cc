#include "decant/pipeline/patching/protection.h"

#include <algorithm>
#include <fmt/core.h>
#include <numeric>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/data/objects.h"
#include "decant/data/runs.h"
#include "decant/data/upright.h"
#include "decant/patches/protect.h"

namespace decant {
namespace {

struct PictureSides {
  int width = 0;
  int height = 0;
};

PictureSides sides_of(const std::vector<PatchRect>& cells) {
  PictureSides sides;
  for (const PatchRect& cell : cells) sides = {std::max(sides.width, cell.right), std::max(sides.height, cell.bottom)};
  return sides;
}

/// The pixels of an object; none where its shape is not that of such a picture.
Runs pixels_of(const ObjectShape& shape, const PictureSides& sides) {
  if (!shape.runs.empty()) {
    const bool fits = shape.width == sides.width && shape.height == sides.height && cover(shape.runs, sides.height, sides.width);
    return fits ? shape.runs : Runs();
  }
  return shape.polygons.empty() ? Runs() : runs_of_polygons(shape.polygons, sides.height, sides.width);
}

/// Classes that have some pixels, and too few to lose any.
std::vector<bool> rare_classes(const Rows& rows) {
  std::vector<int64_t> pixels;
  std::vector<ClassCount> counts;
  for (int64_t row = 0; row < rows.size(); ++row) {
    rows.targets()->counts(row, counts);
    for (const ClassCount& entry : counts) {
      const auto label = static_cast<size_t>(entry.label);
      if (label >= pixels.size()) pixels.resize(label + 1);
      pixels[label] += entry.count;
    }
  }
  const auto all = static_cast<double>(std::accumulate(pixels.begin(), pixels.end(), int64_t{0}));
  std::vector<bool> rare;
  for (const int64_t own : pixels) rare.push_back(static_cast<double>(own) < kRareShare * all);
  return rare;
}

}  // namespace

CellProtection::CellProtection(std::shared_ptr<const Rows> rows, double share) : rows_(std::move(rows)), share_(share) {
  if (rows_->taught() == CountedIn::pixels) rare_ = rare_classes(*rows_);
}

std::vector<bool> CellProtection::held(int64_t row, const PatchGrid& grid) const {
  const std::vector<PatchRect> cells = cells_turned(grid, rows_->targets()->orientation(row));
  std::vector<bool> held(cells.size(), false);
  if (rows_->taught() == CountedIn::objects)
    hold_objects(row, cells, held);
  else
    hold_rare(row, cells, held);
  return held;
}

void CellProtection::hold_objects(int64_t row, const std::vector<PatchRect>& cells, std::vector<bool>& held) const {
  const ObjectRange range = rows_->targets()->objects(row);
  std::vector<ObjectShape> shapes;
  rows_->targets()->shapes(row, shapes);
  const PictureSides sides = sides_of(cells);
  for (int64_t object = range.begin; object < range.end; ++object) {
    if (!range.table->counts(object)) continue;
    const auto shape = std::ranges::find(shapes, object, &ObjectShape::object);
    const Runs runs = shape == shapes.end() ? Runs() : pixels_of(*shape, sides);
    const bool by_pixels = area_of(runs) > 0;
    patches::hold_object(by_pixels ? patches::areas_in_cells(cells, runs, sides.height)
                                   : patches::areas_in_cells(cells, range.table->boxes[static_cast<size_t>(object)]),
                         share_, held);
  }
}

void CellProtection::hold_rare(int64_t row, const std::vector<PatchRect>& cells, std::vector<bool>& held) const {
  ClassMask mask;
  if (!rows_->targets()->class_mask(row, mask)) return;
  const PictureSides sides = sides_of(cells);
  if (mask.width != sides.width || mask.height != sides.height)
    throw InputError(
        {rows_->key(row), "",
         fmt::format("has a mask of {} × {} pixels, and is {} × {} itself", mask.width, mask.height, sides.width, sides.height),
         "Do not change the input during a run"});
  patches::hold_classes(cells, mask, rare_, held);
}

std::string CellProtection::key() const {
  return rows_->taught() == CountedIn::objects ? fmt::format("objects {}", share_) : fmt::format("classes under {}", kRareShare);
}

double share_of_objects(const std::string& text) {
  if (text.empty()) return 0;
  const auto share = share_from(text);
  if (!share || !(*share >= 0 && *share <= 1))
    throw UsageError(fmt::format("--drop-objects: '{}' is no share of an object; give one from 0 to 1, such as 10%", text));
  return *share;
}

std::shared_ptr<const CellProtection> protection_for(std::shared_ptr<const Rows> rows, const std::string& share) {
  const double value = share_of_objects(share);
  const std::optional<CountedIn> taught = rows->taught();
  if (!share.empty() && taught != CountedIn::objects)
    throw UsageError(fmt::format("--drop-objects is about objects, and these pictures have {}; leave it out",
                                 taught == CountedIn::pixels ? "masks of classes" : "none"));
  if (taught != CountedIn::objects && taught != CountedIn::pixels) return nullptr;
  return std::make_shared<const CellProtection>(std::move(rows), value);
}

}  // namespace decant
