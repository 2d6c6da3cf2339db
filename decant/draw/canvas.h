// A float RGB canvas and a scan-line rasteriser.
//
// Coverage is computed on four scan lines a pixel row, exactly in x along each of them: a span that
// starts a third of the way through a pixel covers two thirds of it. That is smooth enough for
// pictures of 48 pixels and costs one sort of the edge crossings a shape.
#pragma once

#include <cstdint>
#include <vector>

#include "decant/data/image.h"
#include "decant/draw/shapes.h"

namespace decant::draw {

/// Linear light is not modelled: values are display values, 0 to 1, and may leave that range until
/// the picture is finished.
struct Colour {
  float r = 0;
  float g = 0;
  float b = 0;
};

inline Colour operator+(Colour a, Colour b) {
  return {a.r + b.r, a.g + b.g, a.b + b.b};
}
inline Colour operator*(double s, Colour c) {
  const auto f = static_cast<float>(s);
  return {f * c.r, f * c.g, f * c.b};
}
/// (1−t)·a + t·b.
inline Colour mix(Colour a, Colour b, double t) {
  return (1 - t) * a + t * b;
}
inline Colour grey(double value) {
  return value * Colour{1, 1, 1};
}
inline double luma(Colour c) {
  return 0.299 * c.r + 0.587 * c.g + 0.114 * c.b;
}
/// Hue in turns (0 red, 1/3 green, 2/3 blue; any value), saturation and value in [0, 1].
Colour hsv(double hue, double saturation, double value);

class Canvas {
 public:
  explicit Canvas(int side);

  int side() const { return side_; }
  Colour& at(int x, int y) { return pixels_[static_cast<size_t>(y) * static_cast<size_t>(side_) + static_cast<size_t>(x)]; }

  /// Fills a shape, its points given through `to_pixels`, with one colour at `alpha` in [0, 1].
  void fill(const Shape& shape, const Affine& to_pixels, Colour colour, double alpha = 1);

  /// Replaces every pixel by colour_at(its centre, the present colour).
  template <class Function>
  void shade(const Function& colour_at) {
    for (int y = 0; y < side_; ++y) {
      for (int x = 0; x < side_; ++x) at(x, y) = colour_at(Point{x + 0.5, y + 0.5}, at(x, y));
    }
  }

  /// From now on pixels that a fill covers by half or more are marked with this number, whatever
  /// they were before. Until the first call nothing is kept.
  void mark_as(uint8_t thing);
  /// (side, side), the number of what is seen in each pixel; empty where nothing was to be marked.
  const std::vector<uint8_t>& marks() const { return marks_; }

  /// One pass of the 1-2-1 filter in both directions, edges repeated.
  void soften();

  /// Clamped and rounded to 8 bits.
  void copy_to(Image& image) const;

 private:
  struct Crossing {
    int line;  ///< in quarter pixels from the top
    int turn;  ///< +1 or −1
    double x;
  };
  void collect_crossings(const Shape& shape, const Affine& to_pixels);
  void cover_span(double left, double right);
  void blend_row(int y, Colour colour, double alpha);

  int side_;
  std::vector<Colour> pixels_;
  std::vector<Crossing> crossings_;  // reused from fill to fill
  std::vector<float> coverage_;      // of the present row, in quarters
  uint8_t thing_ = 0;
  std::vector<uint8_t> marks_;
};

}  // namespace decant::draw
