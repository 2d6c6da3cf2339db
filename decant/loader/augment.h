// From stored bytes to what the network sees, in one pass: pad, cut, mirror, normalise.
//
// Padding a picture by p pixels of its own reflection and cutting the original size back at a
// random place is only a shift: output pixel (y, x) shows input pixel (fold(y + dy), fold(x + dx)),
// −p ≤ dy, dx ≤ p, where fold reflects at the edge pixels' centres without repeating them (−1 → 1,
// n → n − 2). Mirroring reads x from the other end. So nothing is ever padded: a row of the output
// is gathered from a row of the input by a table of columns, and turned into floats while it lies
// in the first-level cache. 2–4 µs for a 32×32 colour picture.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/random.h"
#include "decant/data/image.h"
#include "decant/data/view_labels.h"

namespace decant::loader {

/// value = byte · scale + bias, for each channel; (byte / 255 − mean) / deviation.
struct Normalisation {
  std::array<float, 3> scale{1.0F / 255, 1.0F / 255, 1.0F / 255};
  std::array<float, 3> bias{0, 0, 0};
};

/// From means and deviations of pixels in [0, 1]; a channel that never changes (deviation 0) is
/// only centred. One value per channel.
Normalisation normalisation_of(std::span<const float> mean, std::span<const float> deviation);

struct Augmentation {
  int crop = 0;       ///< largest shift in pixels, each way
  bool flip = false;  ///< mirror half of the pictures
};

/// Where one picture is cut and whether it is mirrored.
struct Placement {
  int dx = 0;
  int dy = 0;
  bool mirror = false;
};

/// Three draws: dy, dx, mirror.
Placement draw_placement(const Augmentation& augmentation, Random random);

/// What a view of a row is (data/view_labels.h): the first is the picture as it is, the others are
/// drawn from Random(seed, "view", row · 2²⁰ + view). REQUIRES: `view` below kMostViews.
Placement placement_of_view(const ViewRecipe& recipe, int64_t row, int64_t view);

/// Writes placed and normalised pictures of one size. Holds tables and one line of scratch: one
/// object for each thread.
class Placer {
 public:
  /// REQUIRES: placements stay within `crop`.
  Placer(ImageSize size, int crop, const Normalisation& normalisation);

  /// `in`: (height, width, channels) bytes. `out`: as many floats in the same order.
  void operator()(const uint8_t* in, Placement placement, float* out);

 private:
  void gather_line(const uint8_t* row, const int32_t* columns, bool mirror);

  ImageSize size_;
  int crop_;
  std::vector<int32_t> fold_x_;  ///< column shown at x + crop, for x in −crop … width − 1 + crop
  std::vector<int32_t> fold_y_;
  std::vector<float> scale_;  ///< for every value of a line
  std::vector<float> bias_;
  std::vector<uint8_t> line_;
};

/// Reflects any `i` into 0 … n−1. REQUIRES: n > 0.
int fold(int i, int n);

}  // namespace decant::loader
