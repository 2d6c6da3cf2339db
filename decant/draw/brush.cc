#include "decant/draw/brush.h"

namespace decant::draw {

Ink ink_of(Style style) {
  switch (style) {
    case Style::painted:
      return {};
    case Style::comic:
      return {.line = kBlack, .line_pixels = 1.3};
    case Style::drawing:
      return {.tint = {0.95F, 0.94F, 0.90F}, .tint_amount = 0.93, .line = {0.22F, 0.22F, 0.28F}, .line_pixels = 1.1};
    case Style::blueprint:
      return {.tint = {0.10F, 0.24F, 0.50F}, .tint_amount = 0.92, .line = {0.88F, 0.93F, 1.0F}, .line_pixels = 1.1};
    case Style::silhouette:
      return {.fade = 1, .tint = {0.11F, 0.07F, 0.12F}, .tint_amount = 0.84};
    case Style::night:
      return {.fade = 0.4, .tint = {0.08F, 0.11F, 0.26F}, .tint_amount = 0.42};
    case Style::sepia:
      return {.fade = 1, .tint = {0.78F, 0.60F, 0.36F}, .tint_amount = 0.35};
    case Style::pastel:
      return {.tint = {0.98F, 0.94F, 0.93F}, .tint_amount = 0.55};
  }
  return {};
}

Colour Ink::operator()(Colour plain) const {
  return mix(mix(plain, grey(luma(plain)), fade), tint, tint_amount);
}

void Brush::outline(const Shape& shape) const {
  if (ink_.line_pixels == 0) return;
  const double width = ink_.line_pixels * canvas_->side() / 48 / to_pixels_.scale();
  for (size_t i = 0; i < shape.ends.size(); ++i) {
    canvas_->fill(stroke(shape.contour(i), width, true), to_pixels_, ink_.line);
  }
}

void Brush::fill(const Shape& shape, Colour colour) const {
  canvas_->fill(shape, to_pixels_, ink_(colour));
  outline(shape);
}

void Brush::shade(const Shape& shape, Colour colour, double alpha) const {
  canvas_->fill(shape, to_pixels_, ink_(colour), alpha);
}

void Brush::glow(const Shape& shape, Colour colour) const {
  canvas_->fill(shape, to_pixels_, colour);
  outline(shape);
}

void Brush::line(std::span<const Point> points, double width, Colour colour) const {
  const bool inked = ink_.line_pixels > 0;
  if (inked)
    canvas_->fill(stroke(points, width + 1.6 * ink_.line_pixels * canvas_->side() / 48 / to_pixels_.scale()), to_pixels_, ink_.line);
  canvas_->fill(stroke(points, width), to_pixels_, ink_(colour));
}

}  // namespace decant::draw
