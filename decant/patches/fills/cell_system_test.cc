#include "decant/patches/fills/cell_system.h"

#include <array>
#include <gtest/gtest.h>

#include "decant/base/random.h"
#include "decant/patches/drop.h"

namespace decant::patches {
namespace {

/// ZᵀAZ from its definition: every pair of neighbouring pixels of which at least one was dropped.
std::vector<std::vector<double>> counted(const PatchMask& mask) {
  std::vector<int> number(mask.kept.size(), -1);
  int dropped = 0;
  for (size_t cell = 0; cell < number.size(); ++cell) {
    if (!mask.kept[cell]) number[cell] = dropped++;
  }
  std::vector<std::vector<double>> counts(static_cast<size_t>(dropped), std::vector<double>(static_cast<size_t>(dropped)));
  const auto pair = [&](int x, int y, int other_x, int other_y) {
    const int a = number[static_cast<size_t>(mask.grid.cell_of(x, y))];
    const int b = number[static_cast<size_t>(mask.grid.cell_of(other_x, other_y))];
    if (a == b) return;  // inside a cell, or both kept
    for (const int i : {a, b}) {
      if (i >= 0) counts[static_cast<size_t>(i)][static_cast<size_t>(i)] += 1;
    }
    if (a < 0 || b < 0) return;
    counts[static_cast<size_t>(a)][static_cast<size_t>(b)] -= 1;
    counts[static_cast<size_t>(b)][static_cast<size_t>(a)] -= 1;
  };
  for (int y = 0; y < mask.grid.height(); ++y) {
    for (int x = 0; x < mask.grid.width(); ++x) {
      if (x > 0) pair(x - 1, y, x, y);
      if (y > 0) pair(x, y - 1, x, y);
    }
  }
  return counts;
}

TEST(CellSystem, SolvesTheEquationsThatPairsOfPixelsMake) {
  for (const auto& [width, height, cells, dropped] :
       {std::array{20, 17, 4, 5}, {20, 17, 4, 15}, {9, 30, 9, 60}, {7, 7, 1, 0}, {30, 4, 7, 20}}) {
    const PatchGrid grid(width, height, {}, cells);
    std::vector<float> importance(static_cast<size_t>(grid.count()));
    Random random(3, "cells", static_cast<uint64_t>(width));
    for (float& value : importance) value = static_cast<float>(random.uniform());
    const PatchMask mask = drop_least(grid, importance, dropped);
    const CellSystem system(mask);
    const auto expected = counted(mask);
    ASSERT_EQ(system.size(), dropped);
    std::vector<double> b(2 * static_cast<size_t>(dropped));
    for (double& value : b) value = random.normal();
    std::vector<double> x = b;
    system.solve(x, 2);
    for (size_t i = 0; i < expected.size(); ++i) {
      double sum = 0;
      for (size_t j = 0; j < expected.size(); ++j) sum += expected[i][j] * x[2 * j];
      EXPECT_NEAR(sum, b[2 * i], 1e-9) << width << "×" << height << " cell " << i;
      EXPECT_EQ(x[2 * i + 1], b[2 * i + 1]) << "another channel's";
    }
  }
}

}  // namespace
}  // namespace decant::patches
