// Which cells of a data set's pictures must stay: those that hold its objects, or classes of its
// masks of which there is little. docs/patches.md states the rule; patches/protect.h has it for one
// picture.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decant/data/patch_grid.h"
#include "decant/data/rows.h"

namespace decant {

/// A class of masks is rare that has less than this share of all labelled pixels of the split.
inline constexpr double kRareShare = 0.01;

class CellProtection {
 public:
  /// `rows`: with pictures, counted in objects or pixels. `share`: of an object that a dropped cell
  /// may hold, 0 … 1. Asks the counts of every row where they are pixels.
  CellProtection(std::shared_ptr<const Rows> rows, double share);

  /// Of each cell of a picture's grid, whether it must stay. Crowds and broken objects hold none.
  /// An object counts by its pixels where it has an outline or a mask of its own, of the picture's
  /// size, that covers any; else by its box. Reads and decodes masks. Throws InputError, IoError.
  std::vector<bool> held(int64_t row, const PatchGrid& grid) const;

  /// One line: what decides it, but for the rows.
  std::string key() const;

 private:
  void hold_objects(int64_t row, const std::vector<PatchRect>& cells, std::vector<bool>& held) const;
  void hold_rare(int64_t row, const std::vector<PatchRect>& cells, std::vector<bool>& held) const;

  std::shared_ptr<const Rows> rows_;
  double share_;
  std::vector<bool> rare_;  ///< (C,) of masks
};

/// Null for rows that hold neither objects nor masks. `share`: "10%" or 0.1; empty = 0. Throws
/// UsageError for what is no share, and for one where there are no objects.
std::shared_ptr<const CellProtection> protection_for(std::shared_ptr<const Rows> rows, const std::string& share);

/// The share that --drop-objects states; 0 where it is empty. Throws UsageError.
double share_of_objects(const std::string& text);

}  // namespace decant
