// The hand that draws: a place on the canvas and a style.
//
// An object is written once, in plain colours and in its own square [−1, 1]². The style decides
// what becomes of it: painted, inked like a comic, line-drawn on paper, a blueprint, a silhouette
// against the evening, a night scene. So twelve classes times four views times eight styles need
// forty-eight views and eight styles, not 384 drawings.
#pragma once

#include <array>
#include <span>

#include "decant/draw/canvas.h"

namespace decant::draw {

enum class Style { painted, comic, drawing, blueprint, silhouette, night, sepia, pastel };

/// What a style does to a colour: fades it to grey, then towards `tint`; and the ink line it puts
/// around every shape.
struct Ink {
  double fade = 0;
  Colour tint;
  double tint_amount = 0;
  Colour line;
  double line_pixels = 0;  ///< on a canvas of 48; grows with the canvas

  Colour operator()(Colour plain) const;
};
Ink ink_of(Style style);

class Brush {
 public:
  Brush(Canvas& canvas, const Affine& to_pixels, const Ink& ink) : canvas_(&canvas), to_pixels_(to_pixels), ink_(ink) {}

  /// The same brush in a part's own coordinates, which `place` maps into the present ones.
  Brush at(const Affine& place) const { return {*canvas_, to_pixels_ * place, ink_}; }

  void fill(const Shape& shape, Colour colour) const;
  /// Without the ink line: shading, patterns, small marks.
  void shade(const Shape& shape, Colour colour, double alpha = 1) const;
  /// Shines through every style: lit windows, flames, the moon.
  void glow(const Shape& shape, Colour colour) const;
  void line(std::span<const Point> points, double width, Colour colour) const;
  void line(std::initializer_list<Point> points, double width, Colour colour) const {
    line(std::span(points.begin(), points.size()), width, colour);
  }

 private:
  void outline(const Shape& shape) const;

  Canvas* canvas_;
  Affine to_pixels_;
  Ink ink_;
};

/// All that varies about one object: its colours and eight numbers in [0, 1). A view is a pure
/// function of its Look, so a scene that is drawn twice looks the same twice. (Views draw no random
/// numbers themselves: C++ leaves the order of argument evaluation open, and f(next(), next())
/// would differ between compilers.)
struct Look {
  Colour main;
  Colour second;
  Colour accent;
  std::array<double, 8> vary{};

  double between(size_t which, double low, double high) const { return low + (high - low) * vary[which]; }
  int pick(size_t which, int count) const { return static_cast<int>(vary[which] * count); }
  bool chance(size_t which, double share) const { return vary[which] < share; }
};

using View = void (*)(const Brush&, const Look&);

constexpr Colour kWhite{0.96F, 0.96F, 0.94F};
constexpr Colour kBlack{0.10F, 0.09F, 0.11F};
constexpr Colour kGlass{0.70F, 0.85F, 0.93F};
constexpr Colour kWood{0.48F, 0.32F, 0.20F};
constexpr Colour kLeaf{0.25F, 0.55F, 0.22F};
constexpr Colour kSteel{0.66F, 0.68F, 0.72F};
constexpr Colour kLamp{1.00F, 0.85F, 0.40F};

inline Colour darker(Colour c, double amount = 0.3) {
  return mix(c, kBlack, amount);
}
inline Colour lighter(Colour c, double amount = 0.35) {
  return mix(c, kWhite, amount);
}

}  // namespace decant::draw
