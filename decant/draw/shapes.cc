#include "decant/draw/shapes.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace decant::draw {

namespace {

constexpr double kTwoPi = 6.283185307179586;
constexpr int kRoundCorners = 28;  // of an ellipse: the chord is within 0.2 px of the arc at a radius of 30 px

double sine(double r) {  // |r| ≤ π/4
  const double s = r * r;
  return r * (1 - s / 6 * (1 - s / 20 * (1 - s / 42 * (1 - s / 72 * (1 - s / 110 * (1 - s / 156))))));
}

double cosine(double r) {
  const double s = r * r;
  return 1 - s / 2 * (1 - s / 12 * (1 - s / 30 * (1 - s / 56 * (1 - s / 90 * (1 - s / 132)))));
}

/// Corners of the unit circle, worked out once.
const std::array<Point, kRoundCorners>& round_corners() {
  static const auto corners = [] {
    std::array<Point, kRoundCorners> unit;
    for (size_t i = 0; i < unit.size(); ++i) unit[i] = direction(double(i) / kRoundCorners);
    return unit;
  }();
  return corners;
}

Point on_ellipse(double x, double y, double rx, double ry, double turns) {
  const Point d = direction(turns);
  return {x + rx * d.x, y + ry * d.y};
}

/// The curve between b and c, with a and d as neighbours, at t in [0, 1].
Point catmull_rom(Point a, Point b, Point c, Point d, double t) {
  const Point linear = c - a;
  const Point square = 2 * a - 5 * b + 4 * c - d;
  const Point cube = 3 * (b - c) + d - a;
  return b + (0.5 * t) * (linear + t * (square + t * cube));
}

constexpr int kCurveSteps = 6;

}  // namespace

Point direction(double turns) {
  const double t = turns - std::floor(turns);
  const double quarter = std::floor(4 * t + 0.5);
  const double r = (t - quarter / 4) * kTwoPi;
  const double c = cosine(r);
  const double s = sine(r);
  switch (static_cast<int>(quarter) % 4) {
    case 0:
      return {c, s};
    case 1:
      return {-s, c};
    case 2:
      return {-c, -s};
    default:
      return {s, -c};
  }
}

Affine Affine::operator*(const Affine& f) const {
  return {xx * f.xx + xy * f.yx, xx * f.xy + xy * f.yy, xx * f.x0 + xy * f.y0 + x0,
          yx * f.xx + yy * f.yx, yx * f.xy + yy * f.yy, yx * f.x0 + yy * f.y0 + y0};
}

Affine Affine::inverse() const {
  const double d = xx * yy - xy * yx;
  return {yy / d, -xy / d, (xy * y0 - yy * x0) / d, -yx / d, xx / d, (yx * x0 - xx * y0) / d};
}

double Affine::scale() const {
  return std::sqrt(std::fabs(xx * yy - xy * yx));
}

Affine shifted(double x, double y) {
  return {1, 0, x, 0, 1, y};
}
Affine scaled(double x, double y) {
  return {x, 0, 0, 0, y, 0};
}

Affine rotated(double turns) {
  const Point d = direction(turns);
  return {d.x, -d.y, 0, d.y, d.x, 0};
}

void Shape::add(std::span<const Point> contour) {
  points.insert(points.end(), contour.begin(), contour.end());
  ends.push_back(points.size());
}

void Shape::add_hole(const Shape& shape) {
  for (size_t i = 0; i < shape.ends.size(); ++i) {
    const auto contour = shape.contour(i);
    points.insert(points.end(), contour.rbegin(), contour.rend());
    ends.push_back(points.size());
  }
}

std::span<const Point> Shape::contour(size_t i) const {
  const size_t begin = i == 0 ? 0 : ends[i - 1];
  return std::span(points).subspan(begin, ends[i] - begin);
}

Shape polygon(std::initializer_list<Point> corners) {
  Shape shape;
  shape.add(std::vector<Point>(corners));
  return shape;
}

Shape box(double left, double top, double right, double bottom) {
  return polygon({{left, top}, {right, top}, {right, bottom}, {left, bottom}});
}

Shape rounded(double left, double top, double right, double bottom, double radius) {
  const Point centres[] = {
      {right - radius, bottom - radius}, {left + radius, bottom - radius}, {left + radius, top + radius}, {right - radius, top + radius}};
  std::vector<Point> contour;
  for (int corner = 0; corner < 4; ++corner) {
    for (int step = 0; step <= 4; ++step) {
      contour.push_back(centres[corner] + radius * direction(0.25 * corner + 0.0625 * step));
    }
  }
  Shape shape;
  shape.add(contour);
  return shape;
}

Shape ellipse(double x, double y, double rx, double ry) {
  std::vector<Point> contour;
  contour.reserve(kRoundCorners);
  for (const Point& unit : round_corners()) contour.push_back({x + rx * unit.x, y + ry * unit.y});
  Shape shape;
  shape.add(contour);
  return shape;
}

Shape ring(double x, double y, double outer, double inner) {
  Shape shape = disc(x, y, outer);
  shape.add_hole(disc(x, y, inner));
  return shape;
}

Shape dome(double x, double y, double rx, double ry) {
  std::vector<Point> contour;
  for (int i = 0; i <= 16; ++i) contour.push_back(on_ellipse(x, y, rx, ry, 0.5 + i / 32.0));
  Shape shape;
  shape.add(contour);
  return shape;
}

Shape slice(double x, double y, double r, double from, double to) {
  std::vector<Point> contour{{x, y}};
  for (int i = 0; i <= 8; ++i) contour.push_back(on_ellipse(x, y, r, r, from + (to - from) * i / 8));
  Shape shape;
  shape.add(contour);
  return shape;
}

Shape star(double x, double y, int tips, double outer, double inner) {
  std::vector<Point> contour;
  for (int i = 0; i < 2 * tips; ++i) {
    const double r = i % 2 == 0 ? outer : inner;
    contour.push_back(on_ellipse(x, y, r, r, 0.75 + i / (2.0 * tips)));
  }
  Shape shape;
  shape.add(contour);
  return shape;
}

Shape blob(std::initializer_list<Point> through) {
  const std::vector<Point> p(through);
  const size_t n = p.size();
  std::vector<Point> contour;
  for (size_t i = 0; i < n; ++i) {
    for (int step = 0; step < kCurveSteps; ++step) {
      const double t = double(step) / kCurveSteps;
      contour.push_back(catmull_rom(p[(i + n - 1) % n], p[i], p[(i + 1) % n], p[(i + 2) % n], t));
    }
  }
  Shape shape;
  shape.add(contour);
  return shape;
}

std::vector<Point> curve(std::initializer_list<Point> through) {
  const std::vector<Point> p(through);
  std::vector<Point> line;
  for (size_t i = 0; i + 1 < p.size(); ++i) {
    const Point before = p[i == 0 ? 0 : i - 1];
    const Point after = p[std::min(i + 2, p.size() - 1)];
    for (int step = 0; step < kCurveSteps; ++step) {
      line.push_back(catmull_rom(before, p[i], p[i + 1], after, double(step) / kCurveSteps));
    }
  }
  line.push_back(p.back());
  return line;
}

Shape stroke(std::span<const Point> line, double width, bool closed) {
  const double r = width / 2;
  Shape shape;
  const size_t segments = closed ? line.size() : line.size() - 1;
  for (size_t i = 0; i < segments; ++i) {
    const Point a = line[i];
    const Point b = line[(i + 1) % line.size()];
    const Point d = b - a;
    const double length = std::sqrt(d.x * d.x + d.y * d.y);
    if (length < 1e-9) continue;
    const Point along = (r / length) * d;
    const Point across{-along.y, along.x};
    const Point side = 0.7 * across;  // a cap of three edges passes for round at this size
    const Point tip = 0.7 * along;
    const Point capsule[] = {a + across, a + side - tip, a - side - tip, a - across,
                             b - across, b - side + tip, b + side + tip, b + across};
    shape.add(capsule);
  }
  return shape;
}

}  // namespace decant::draw
