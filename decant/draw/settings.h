// Where a thing stands: the background, drawn over the whole canvas.
#pragma once

#include "decant/base/random.h"
#include "decant/draw/canvas.h"

namespace decant::draw {

enum class Setting { meadow, street, sea, sky, room, table, pattern, foliage, night, sunset, paper, blueprint };

/// Paints the setting in scene coordinates ([−1, 1]² is the picture, and a little more is painted
/// around it). Takes all that varies from `random`, in a fixed order.
void paint_setting(Canvas& canvas, const Affine& scene_to_pixels, Setting setting, Random& random);

/// Smooth noise, −1 to 1: random values on a lattice, interpolated.
class ValueNoise {
 public:
  explicit ValueNoise(Random& random);
  double at(double x, double y) const;  ///< repeats every 16

 private:
  static constexpr int kLattice = 16;
  float values_[kLattice][kLattice];
};

/// low … high. One draw, one statement: C++ leaves open which operand of a larger expression draws
/// first.
inline double draw_between(Random& random, double low, double high) {
  return low + (high - low) * random.uniform();
}

}  // namespace decant::draw
