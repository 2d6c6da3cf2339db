// Masks pixel by pixel, and outlines step by step: what runs are compared with.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "decant/data/runs.h"

namespace decant::plain {

/// Column by column, each from top to bottom.
using Pixels = std::vector<bool>;

inline Pixels pixels_of(std::span<const int64_t> runs) {
  Pixels pixels;
  for (size_t i = 0; i < runs.size(); ++i) pixels.insert(pixels.end(), static_cast<size_t>(runs[i]), i % 2 == 1);
  return pixels;
}

struct Step {
  int x = 0;
  int y = 0;
};

/// Of an edge on the grid, every step of its longer axis, from one end to the other; the other
/// coordinate is rounded as seen from the smaller end.
inline void walk_edge(Step from, Step to, std::vector<Step>& steps) {
  const int dx = std::abs(to.x - from.x), dy = std::abs(to.y - from.y);
  const bool flat = dx >= dy;
  const bool back = flat ? from.x > to.x : from.y > to.y;
  const Step low = back ? to : from, high = back ? from : to;
  const int count = std::max(dx, dy);
  for (int i = 0; i <= count; ++i) {
    const int t = back ? count - i : i;
    const double slope = count == 0 ? 0 : static_cast<double>(flat ? high.y - low.y : high.x - low.x) / count;
    const auto beside = [&](int start) { return static_cast<int>(start + slope * t + .5); };
    steps.push_back(flat ? Step{low.x + t, beside(low.y)} : Step{beside(low.x), low.y + t});
  }
}

/// As the COCO API walks an outline (maskApi.c, rleFrPoly): on a grid of a fifth of a pixel; where
/// the walk passes the middle of a column, the first pixel below is noted, as column · height +
/// row. REQUIRES: coordinates within ± 10^8.
inline std::vector<int64_t> crossings_of(std::span<const double> points, int64_t height, int64_t width) {
  const auto on_grid = [](double at) { return static_cast<int>(5 * at + .5); };
  const size_t count = points.size() / 2;
  std::vector<Step> steps;
  for (size_t i = 0; i < count; ++i) {
    const size_t next = (i + 1) % count;
    walk_edge({on_grid(points[2 * i]), on_grid(points[2 * i + 1])}, {on_grid(points[2 * next]), on_grid(points[2 * next + 1])}, steps);
  }
  std::vector<int64_t> crossings;
  for (size_t j = 1; j < steps.size(); ++j) {
    const Step& a = steps[j - 1];
    const Step& b = steps[j];
    if (a.x == b.x) continue;
    const double column = ((b.x < a.x ? b.x : b.x - 1) + .5) / 5 - .5;
    if (std::floor(column) != column || column < 0 || column > static_cast<double>(width - 1)) continue;
    const double row = std::ceil(std::clamp((std::min(a.y, b.y) + .5) / 5 - .5, 0.0, static_cast<double>(height)));
    crossings.push_back(static_cast<int64_t>(column) * height + static_cast<int64_t>(row));
  }
  return crossings;
}

/// A pixel is inside where an odd number of crossings lie before it or at it.
inline Pixels pixels_of_polygon(std::span<const double> points, int64_t height, int64_t width) {
  Pixels turns(static_cast<size_t>(height * width) + 1);
  for (const int64_t at : crossings_of(points, height, width)) turns[static_cast<size_t>(at)] = !turns[static_cast<size_t>(at)];
  Pixels pixels;
  bool inside = false;
  for (int64_t at = 0; at < height * width; ++at) pixels.push_back(inside ^= turns[static_cast<size_t>(at)]);
  return pixels;
}

}  // namespace decant::plain
