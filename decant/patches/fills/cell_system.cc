#include "decant/patches/fills/cell_system.h"

#include <algorithm>
#include <cmath>

namespace decant::patches {

CellSystem::CellSystem(const PatchMask& mask) {
  std::vector<int> cells;
  std::vector<int> number(mask.kept.size(), -1);  // of each cell among the dropped ones
  for (int cell = 0; cell < mask.grid.count(); ++cell) {
    if (mask.kept[static_cast<size_t>(cell)]) continue;
    number[static_cast<size_t>(cell)] = static_cast<int>(cells.size());
    cells.push_back(cell);
  }
  size_ = static_cast<int>(cells.size());
  band_ = std::min(size_, mask.grid.columns());
  factor_.resize(static_cast<size_t>(size_) * static_cast<size_t>(band_ + 1));
  set_pairs(mask, cells, number);
  factorise();
}

bool CellSystem::fits(const PatchMask& mask) {
  const PatchGrid& grid = mask.grid;
  return int64_t{mask.dropped_count()} * grid.columns() <= std::max(1 << 16, grid.width() * grid.height());
}

void CellSystem::set_pairs(const PatchMask& mask, const std::vector<int>& cells, const std::vector<int>& number) {
  const int columns = mask.grid.columns();
  for (int i = 0; i < size_; ++i) {
    const int cell = cells[static_cast<size_t>(i)];
    const PatchRect here = mask.grid.pixels(cell);
    const int sides = (here.left > 0 ? 1 : 0) + (here.right < mask.grid.width() ? 1 : 0);
    const int ends = (here.top > 0 ? 1 : 0) + (here.bottom < mask.grid.height() ? 1 : 0);
    at(i, i) = sides * here.height() + ends * here.width();
    const auto meets = [&](bool inside, int other, int pairs) {
      if (inside && number[static_cast<size_t>(other)] >= 0) at(i, number[static_cast<size_t>(other)]) = -pairs;
    };
    meets(cell % columns != 0, cell - 1, here.height());
    meets(cell >= columns, cell - columns, here.width());
  }
}

void CellSystem::factorise() {
  for (int i = 0; i < size_; ++i) {
    const int first = std::max(0, i - band_);
    for (int j = first; j <= i; ++j) {
      double left = at(i, j);
      for (int k = std::max(first, j - band_); k < j; ++k) left -= at(i, k) * at(j, k);
      at(i, j) = i == j ? std::sqrt(left) : left / at(j, j);
    }
  }
}

void CellSystem::solve(std::span<double> b, int step) const {
  const auto value = [&](int i) -> double& { return b[static_cast<size_t>(i) * static_cast<size_t>(step)]; };
  for (int i = 0; i < size_; ++i) {
    for (int k = std::max(0, i - band_); k < i; ++k) value(i) -= at(i, k) * value(k);
    value(i) /= at(i, i);
  }
  for (int i = size_ - 1; i >= 0; --i) {
    value(i) /= at(i, i);
    for (int k = std::max(0, i - band_); k < i; ++k) value(k) -= at(i, k) * value(i);
  }
}

}  // namespace decant::patches
