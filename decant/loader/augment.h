// From stored bytes to what the network sees, in one pass: pad, cut, mirror, normalise.
//
// Padding a picture by p pixels of its own reflection and cutting the original size back at a
// random place is only a shift: output pixel (y, x) shows input pixel (fold(y + dy), fold(x + dx)),
// −p ≤ dy, dx ≤ p, where fold reflects at the edge pixels' centres without repeating them (−1 → 1,
// n → n − 2). Mirroring reads x from the other end. So nothing is ever padded: a row of the output
// is gathered from a row of the input by a table of columns, and turned into floats while it lies
// in the first-level cache. 2–4 µs for a 32×32 colour picture.
//
// A resized crop is a box of the picture, in shares of its sides, enlarged to the whole: output
// pixel x of W shows the place left · W + (x + ½) · width − ½ of the input, between two pixels, and
// likewise down. Two lines are blended into one, then its pixels: six times as long as a shift.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
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

/// A part of a picture, in shares of its width and height.
struct ResizedCrop {
  double left = 0;
  double top = 0;
  double width = 1;
  double height = 1;
};

/// Where one picture is cut and whether it is mirrored.
struct Placement {
  int dx = 0;
  int dy = 0;
  bool mirror = false;
  std::optional<ResizedCrop> box = {};  ///< in place of the shift: what is enlarged to the whole
};

/// Of shifts three draws: dy, dx, mirror.
///
/// Of resized crops up to ten boxes and the mirror. A box is of a uniform share of the area, from
/// `resized_crop` to 1, and as wide as ρ times its height, or as high as ρ times its width, ρ
/// uniform from ¾ to 1; the first that fits is put anywhere, and where none does the picture stays
/// whole. torchvision's RandomResizedCrop draws the logarithm of the ratio and rounds to pixels;
/// here there is no logarithm, and no size, so that the box is the same on every machine and at
/// every size.
Placement draw_placement(const Cuts& cuts, Random random);

/// What a view of a row is (data/view_labels.h): the first is the picture as it is, the others are
/// drawn from Random(seed, "view", row · 2²⁰ + view). REQUIRES: `view` below kMostViews.
Placement placement_of_view(const ViewRecipe& recipe, int64_t row, int64_t view);

/// Between which two pixels of a side a place lies, and how far from the first.
struct Blend {
  int32_t low = 0;
  int32_t high = 0;
  float share = 0;
};

/// What pixel `i` of an enlarged side shows of `size` pixels, from the share `begin` on, `extent`
/// long.
Blend blend_of(int i, int size, double begin, double extent);

/// Writes placed and normalised pictures of one size. Holds tables and one line of scratch: one
/// object for each thread.
class Placer {
 public:
  /// REQUIRES: placements stay within `crop`.
  Placer(ImageSize size, int crop, const Normalisation& normalisation);

  /// `in`: (height, width, channels) bytes. `out`: as many floats in the same order.
  void operator()(const uint8_t* in, const Placement& placement, float* out);

 private:
  void gather_line(const uint8_t* row, const int32_t* columns, bool mirror);
  void enlarge(const uint8_t* in, const ResizedCrop& box, bool mirror, float* out);

  ImageSize size_;
  int crop_;
  std::vector<int32_t> fold_x_;  ///< column shown at x + crop, for x in −crop … width − 1 + crop
  std::vector<int32_t> fold_y_;
  std::vector<float> scale_;  ///< for every value of a line
  std::vector<float> bias_;
  std::vector<uint8_t> line_;
  std::vector<Blend> columns_;  ///< of a resized crop
  std::vector<float> blended_;  ///< a line of it, before its pixels are
};

/// Reflects any `i` into 0 … n−1. REQUIRES: n > 0.
int fold(int i, int n);

}  // namespace decant::loader
