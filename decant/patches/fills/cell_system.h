// The harmonic equations among surfaces that are flat in every dropped cell: what is wrong over
// many cells, which a solver that only looks at neighbouring pixels takes long to see.
#pragma once

#include <span>
#include <vector>

#include "decant/data/patch_mask.h"

namespace decant::patches {

/// E = ZᵀAZ, with A of harmonic.cc and column i of Z one in dropped cell i, in reading order, else
/// zero: E(i, i) counts the pairs of neighbouring pixels of which one is in cell i, −E(i, j) those
/// between cells i and j. Kept as its Cholesky factor, whose band is as wide as the grid at most:
/// n · columns numbers, and as many operations to solve.
class CellSystem {
 public:
  /// REQUIRES: some cell is kept.
  explicit CellSystem(const PatchMask& mask);

  /// Whether the factor stays small next to the picture.
  static bool fits(const PatchMask& mask);

  int size() const { return size_; }
  /// b = E⁻¹·b for the numbers at 0, step, 2·step, …
  void solve(std::span<double> b, int step) const;

 private:
  double& at(int i, int j) { return factor_[place(i, j)]; }
  double at(int i, int j) const { return factor_[place(i, j)]; }
  size_t place(int i, int j) const { return static_cast<size_t>(i) * static_cast<size_t>(band_ + 1) + static_cast<size_t>(j - i + band_); }
  void set_pairs(const PatchMask& mask, const std::vector<int>& cells, const std::vector<int>& number);
  void factorise();

  int size_ = 0;
  int band_ = 0;
  std::vector<double> factor_;  ///< L(i, j) for i − band ≤ j ≤ i, row by row; E = L·Lᵀ
};

}  // namespace decant::patches
