#include "decant/patches/ignored_cells.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "decant/base/errors.h"
#include "decant/data/upright.h"

namespace decant::patches {
namespace {

void ignore(const PatchRect& cell, ClassMask& mask) {
  if (cell.right > mask.width || cell.bottom > mask.height)
    throw InputError({"", "", fmt::format("a mask has {} × {} pixels, less than its picture", mask.width, mask.height),
                      "Do not change the input during a run"});
  for (int y = cell.top; y < cell.bottom; ++y) {
    int32_t* const line = mask.labels.data() + static_cast<size_t>(y) * static_cast<size_t>(mask.width);
    std::fill(line + cell.left, line + cell.right, kNoLabel);
  }
}

}  // namespace

bool IgnoredCells::class_mask(int64_t row, ClassMask& out) const {
  if (!below().class_mask(row, out)) return false;
  if (const auto mask = dropped_(row)) {
    for (const PatchRect& cell : dropped_turned(*mask, below().orientation(row))) ignore(cell, out);
  }
  return true;
}

void IgnoredCells::counts(int64_t row, std::vector<ClassCount>& out) const {
  below().counts(row, out);
  const auto mask = out.empty() ? std::nullopt : dropped_(row);
  ClassMask classes;
  if (!mask || mask->dropped_count() == 0 || !class_mask(row, classes)) return;
  std::map<int32_t, int64_t> pixels;
  for (const int32_t label : classes.labels) ++pixels[label];
  pixels.erase(kNoLabel);
  out.clear();
  for (const auto& [label, count] : pixels) out.push_back({label, count});
}

}  // namespace decant::patches
