// Boxes on a grid: the formulas place by place, and back again.
#include "decant/train/box_grid.h"

#include <cmath>
#include <gtest/gtest.h>

#include "decant/base/random.h"

namespace decant::train {
namespace {

using loader::SceneBox;

std::vector<float> grid_of(std::span<const SceneBox> boxes, const BoxGrid& grid) {
  std::vector<float> values(static_cast<size_t>(grid.planes() * grid.places()));
  boxes_to_grid(boxes, grid, values.data());
  return values;
}

std::vector<SceneBox> random_boxes(int count, const BoxGrid& grid, uint64_t seed) {
  Random random(seed, "boxes");
  std::vector<SceneBox> boxes;
  for (int i = 0; i < count; ++i) {
    const auto x = static_cast<float>(random.uniform() * grid.stride * static_cast<double>(grid.width) * 0.8);
    const auto y = static_cast<float>(random.uniform() * grid.stride * static_cast<double>(grid.height) * 0.8);
    const auto w = static_cast<float>(2 + 40 * random.uniform()), h = static_cast<float>(2 + 40 * random.uniform());
    boxes.push_back({x, y, x + w, y + h, static_cast<int32_t>(random.below(static_cast<uint64_t>(grid.classes)))});
  }
  return boxes;
}

TEST(BoxGrid, HeatIsTheLargestOfTheGaussiansAround) {
  const BoxGrid grid{13, 11, 8, 2};
  const auto boxes = random_boxes(5, grid, 1);
  const auto values = grid_of(boxes, grid);
  for (int c = 0; c < grid.classes; ++c) {
    for (int64_t y = 0; y < grid.height; ++y) {
      for (int64_t x = 0; x < grid.width; ++x) {
        double heat = 0;
        for (const SceneBox& box : boxes) {
          if (box.label != c) continue;
          const double u = (box.x0 + box.x1) / 2, v = (box.y0 + box.y1) / 2;
          const double sx = std::max((box.x1 - box.x0) / 12.0, 8 / 3.0), sy = std::max((box.y1 - box.y0) / 12.0, 8 / 3.0);
          const double dx = (static_cast<double>(x) + 0.5) * 8 - u, dy = (static_cast<double>(y) + 0.5) * 8 - v;
          const bool own = static_cast<int64_t>(u / 8) == x && static_cast<int64_t>(v / 8) == y;
          heat = std::max(heat, own ? 1.0 : std::exp(-0.5 * (dx * dx / sx / sx + dy * dy / sy / sy)));
        }
        EXPECT_NEAR(values[static_cast<size_t>(c * grid.places() + y * grid.width + x)], heat, 3e-3);
      }
    }
  }
}

TEST(BoxGrid, EveryObjectWeighsOneAndTheSmallerOneWins) {
  const BoxGrid grid{20, 20, 4, 1};
  const std::vector<SceneBox> boxes = {{0, 0, 80, 80}, {30, 30, 50, 50}};
  const auto values = grid_of(boxes, grid);
  const float* const distances = values.data() + 2 * grid.places();
  const float* const weights = distances + 4 * grid.places();
  const auto at = [&](int64_t x, int64_t y) { return y * grid.width + x; };
  EXPECT_EQ(distances[at(9, 9)], 8) << "38 − 30: of the small one";
  EXPECT_EQ(distances[2 * grid.places() + at(9, 9)], 12);
  EXPECT_EQ(distances[at(6, 6)], 26) << "of the large one";
  EXPECT_EQ(weights[at(0, 0)], 0) << "not in its middle";
  double sum = 0;
  for (int64_t i = 0; i < grid.places(); ++i) sum += double{weights[i]};
  EXPECT_NEAR(sum, 2, 1e-5);
}

TEST(BoxGrid, ACrowdLeavesPlacesOut) {
  const BoxGrid grid{8, 8, 4, 2};
  std::vector<float> values(static_cast<size_t>(grid.planes() * grid.places()));
  const std::vector<SceneBox> boxes = {{.x0 = 8, .y0 = 8, .x1 = 24, .y1 = 16, .label = 1, .ignored = true},
                                       {.x0 = 0, .y0 = 28, .x1 = 4, .y1 = 32, .label = kNoLabel, .ignored = true}};
  EXPECT_EQ(boxes_to_grid(boxes, grid, values.data()), 0);
  const auto counted = [&](int c, int64_t x, int64_t y) {
    return values[static_cast<size_t>((grid.classes + c) * grid.places() + y * grid.width + x)];
  };
  EXPECT_EQ(counted(1, 3, 3), 0);
  EXPECT_EQ(counted(0, 3, 3), 1) << "of another class";
  EXPECT_EQ(counted(1, 1, 3), 1);
  EXPECT_EQ(counted(0, 0, 7), 0) << "of all classes where it has none";
  EXPECT_EQ(counted(1, 0, 7), 0);
}

TEST(BoxGrid, WhatIsTaughtIsFoundAgain) {
  const BoxGrid grid{16, 16, 8, 3};
  const std::vector<SceneBox> boxes = {{4, 4, 30, 40, 0}, {60, 10, 100, 33, 2}, {70, 80, 90, 120, 1}, {70, 80, 91, 121, 1}};
  const auto values = grid_of(boxes, grid);
  std::vector<float> scores(values.begin(), values.begin() + grid.classes * grid.places());
  for (float& score : scores) score = score < 1 ? 0 : score;
  const auto found = boxes_from_grid(
      scores, std::span(values).subspan(static_cast<size_t>(2 * grid.classes * grid.places()), static_cast<size_t>(4 * grid.places())),
      grid);
  ASSERT_EQ(found.size(), 3u) << "two of a class that nearly agree are one";
  for (const FoundBox& one : found) {
    const auto like = [&](const SceneBox& box) {
      return box.label == one.box.label && std::abs(box.x0 - one.box.x0) < 1.01 && std::abs(box.y1 - one.box.y1) < 1.01;
    };
    EXPECT_TRUE(std::ranges::any_of(boxes, like)) << one.box.x0;
  }
}

TEST(BoxGrid, KeepsTheBestHundredInAFixedOrder) {
  const BoxGrid grid{30, 30, 4, 1};
  std::vector<float> scores(900, 0.5F), distances(3600, 1.0F);
  scores[700] = 0.9F;
  const auto found = boxes_from_grid(scores, distances, grid);
  ASSERT_EQ(found.size(), kMostFoundBoxes);
  EXPECT_EQ(found[0].score, 0.9F);
  EXPECT_EQ(found[1].box.x0, 1);
  EXPECT_EQ(found[2].box.x0, 5) << "ties by place";
}

}  // namespace
}  // namespace decant::train
