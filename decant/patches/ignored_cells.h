// What rows with masks teach whose pictures lost cells: the pixels of a dropped cell count nowhere,
// since nothing of them can be seen.
#pragma once

#include <functional>
#include <optional>

#include "decant/data/patch_mask.h"
#include "decant/data/targets.h"

namespace decant::patches {

class IgnoredCells final : public WrappedTargets {
 public:
  /// `below`: counted in pixels. `dropped`: of a row, the cells of its picture; called from several
  /// threads.
  IgnoredCells(const Targets& below, std::function<std::optional<PatchMask>(int64_t row)> dropped)
      : WrappedTargets(below), dropped_(std::move(dropped)) {}

  /// Decodes the mask of a row that lost cells.
  void counts(int64_t row, std::vector<ClassCount>& out) const override;
  /// Throws InputError too for a mask of another size than the picture.
  bool class_mask(int64_t row, ClassMask& out) const override;

 private:
  std::function<std::optional<PatchMask>(int64_t row)> dropped_;
};

}  // namespace decant::patches
