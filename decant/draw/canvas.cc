#include "decant/draw/canvas.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace decant::draw {

namespace {
constexpr int kLines = 4;  // scan lines a pixel row

uint8_t to_byte(float value) {
  return static_cast<uint8_t>(std::clamp(value, 0.0f, 1.0f) * 255.0f + 0.5f);
}
}  // namespace

Colour hsv(double hue, double saturation, double value) {
  const auto channel = [&](double offset) {
    const double h = hue + offset;
    const double distance = std::fabs((h - std::floor(h)) * 6 - 3);  // 3 at the channel's own hue, 0 opposite
    return value * (1 - saturation * (1 - std::clamp(distance - 1, 0.0, 1.0)));
  };
  return {static_cast<float>(channel(0)), static_cast<float>(channel(2.0 / 3)), static_cast<float>(channel(1.0 / 3))};
}

Canvas::Canvas(int side)
    : side_(side), pixels_(static_cast<size_t>(side) * static_cast<size_t>(side)), coverage_(static_cast<size_t>(side)) {}

void Canvas::collect_crossings(const Shape& shape, const Affine& to_pixels) {
  crossings_.clear();
  for (size_t i = 0; i < shape.ends.size(); ++i) {
    const auto contour = shape.contour(i);
    Point a = to_pixels(contour.back());
    for (const Point& corner : contour) {
      const Point b = to_pixels(corner);
      const Point& high = a.y < b.y ? a : b;
      const Point& low = a.y < b.y ? b : a;
      // Line k lies at y = (k + ½) / 4; an edge owns the lines from its upper end (included) to its
      // lower end (excluded).
      const double top = std::clamp(std::ceil(high.y * kLines - 0.5), 0.0, double(side_ * kLines));
      const double bottom = std::clamp(std::ceil(low.y * kLines - 0.5), 0.0, double(side_ * kLines));
      for (int line = static_cast<int>(top); line < static_cast<int>(bottom); ++line) {
        const double t = ((line + 0.5) / kLines - high.y) / (low.y - high.y);
        crossings_.push_back({line, a.y < b.y ? 1 : -1, high.x + t * (low.x - high.x)});
      }
      a = b;
    }
  }
  std::sort(crossings_.begin(), crossings_.end(),
            [](const Crossing& p, const Crossing& q) { return std::tie(p.line, p.x, p.turn) < std::tie(q.line, q.x, q.turn); });
}

void Canvas::cover_span(double left, double right) {
  left = std::clamp(left, 0.0, double(side_));
  right = std::clamp(right, 0.0, double(side_));
  for (int x = static_cast<int>(left); x < right; ++x) {
    coverage_[static_cast<size_t>(x)] += static_cast<float>(std::min(right, x + 1.0) - std::max(left, double(x)));
  }
}

void Canvas::blend_row(int y, Colour colour, double alpha) {
  for (int x = 0; x < side_; ++x) {
    float& cover = coverage_[static_cast<size_t>(x)];
    if (cover > 0) at(x, y) = mix(at(x, y), colour, alpha * cover / kLines);
    if (!marks_.empty() && alpha * cover / kLines >= 0.5)
      marks_[static_cast<size_t>(y) * static_cast<size_t>(side_) + static_cast<size_t>(x)] = thing_;
    cover = 0;
  }
}

void Canvas::fill(const Shape& shape, const Affine& to_pixels, Colour colour, double alpha) {
  collect_crossings(shape, to_pixels);
  for (size_t i = 0; i < crossings_.size();) {
    const int row = crossings_[i].line / kLines;
    while (i < crossings_.size() && crossings_[i].line / kLines == row) {
      const double left = crossings_[i].x;
      int winding = crossings_[i++].turn;
      while (winding != 0 && i < crossings_.size()) winding += crossings_[i++].turn;
      cover_span(left, crossings_[i - 1].x);
    }
    blend_row(row, colour, alpha);
  }
}

void Canvas::mark_as(uint8_t thing) {
  thing_ = thing;
  marks_.resize(pixels_.size());
}

void Canvas::soften() {
  const std::vector<Colour> before = pixels_;
  const auto old = [&](int x, int y) {
    return before[static_cast<size_t>(std::clamp(y, 0, side_ - 1)) * static_cast<size_t>(side_) +
                  static_cast<size_t>(std::clamp(x, 0, side_ - 1))];
  };
  const auto across = [&](int x, int y) { return 0.25 * (old(x - 1, y) + old(x + 1, y)) + 0.5 * old(x, y); };
  for (int y = 0; y < side_; ++y) {
    for (int x = 0; x < side_; ++x) at(x, y) = 0.25 * (across(x, y - 1) + across(x, y + 1)) + 0.5 * across(x, y);
  }
}

void Canvas::copy_to(Image& image) const {
  image.resize({side_, side_, 3});
  uint8_t* out = image.pixels.data();
  for (const Colour& c : pixels_) {
    *out++ = to_byte(c.r);
    *out++ = to_byte(c.g);
    *out++ = to_byte(c.b);
  }
}

}  // namespace decant::draw
