// Boxes as numbers on a grid, which a detector without anchors learns (nn/models/centre.cc), and
// boxes from such numbers. Free of libtorch.
//
// Place (y, x) of the grid stands at ((x + ½)·s, (y + ½)·s) of the frame, s being the stride. An
// object with a box of w × h pixels teaches
//
//     heat of its class   exp(−½ (dx²/σ_x² + dy²/σ_y²)) around its middle, σ = max(side / 12, s / 3); the
//                         place that the middle lies in is exactly 1. Where objects of a class meet,
//                         the larger value
//     distances           left, top, right, bottom, in pixels, from every place in the middle two fifths
//                         of the box, and from its own place; where objects meet, the smaller one's
//     weight              1 / (number of places that are its own), so that every object weighs 1
//
// Where an ignored object lies (a crowd), heat below 1 is no error: `counted` is 0 there, for all
// classes if it has none.
//
// Sources: X. Zhou, D. Wang, P. Krähenbühl, "Objects as points" (arXiv:1904.07850); Z. Tian et al.,
// FCOS (arXiv:1904.01355).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/loader/scenes.h"

namespace decant::train {

struct BoxGrid {
  int64_t width = 0;
  int64_t height = 0;
  double stride = 0;
  int classes = 0;

  int64_t places() const { return width * height; }
  /// heat and counted of every class, four distances, a weight.
  int64_t planes() const { return 2 * int64_t{classes} + 5; }
};

/// Writes planes() · places() numbers in that order: (classes, h, w), (classes, h, w), (4, h, w),
/// (h, w). Returns the number of objects that teach. O(objects · places near them).
int64_t boxes_to_grid(std::span<const loader::SceneBox> boxes, const BoxGrid& grid, float* out);

struct FoundBox {
  loader::SceneBox box;
  float score = 0;
};

/// What is kept of a picture: as many as COCO's metric looks at.
inline constexpr size_t kMostFoundBoxes = 100;
inline constexpr double kSameObject = 0.6;  ///< boxes of one class that overlap more are one object

/// `scores`: (classes, h, w), of places that are no peak of their class 0 or less; `distances`: (4,
/// h, w) in pixels. The best kMostFoundBoxes, ties by class and place; of boxes of one class whose
/// IoU is above kSameObject the better. By falling score.
std::vector<FoundBox> boxes_from_grid(std::span<const float> scores, std::span<const float> distances, const BoxGrid& grid);

}  // namespace decant::train
