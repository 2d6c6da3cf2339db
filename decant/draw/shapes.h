// Plane geometry for drawing: points, affine maps, and shapes as closed contours.
//
// x runs right and y runs DOWN, as in pixels, so "up" is negative y. Angles are in turns: 0.25 is a
// quarter. An object lives in the square [−1, 1]², and whoever places it supplies the map to
// pixels.
//
// Pictures must be the same bytes on every machine, and libm's sine is not: it differs in the last
// bit from one library to the next. So this folder uses + − × ÷, square roots and floor alone,
// which IEEE 754 fixes; direction() is its sine and cosine.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <vector>

namespace decant::draw {

struct Point {
  double x = 0;
  double y = 0;
};

inline Point operator+(Point a, Point b) {
  return {a.x + b.x, a.y + b.y};
}
inline Point operator-(Point a, Point b) {
  return {a.x - b.x, a.y - b.y};
}
inline Point operator*(double s, Point p) {
  return {s * p.x, s * p.y};
}

/// (cos 2πt, sin 2πt) by polynomials, within 1e-12; any finite t.
Point direction(double turns);

/// p ↦ (xx·x + xy·y + x0, yx·x + yy·y + y0). Products apply the right-hand map first.
struct Affine {
  double xx = 1, xy = 0, x0 = 0;
  double yx = 0, yy = 1, y0 = 0;

  Point operator()(Point p) const { return {xx * p.x + xy * p.y + x0, yx * p.x + yy * p.y + y0}; }
  Affine operator*(const Affine& first) const;
  Affine inverse() const;  ///< REQUIRES: not singular
  double scale() const;    ///< root of the change in area
};

Affine shifted(double x, double y);
Affine scaled(double x, double y);
inline Affine scaled(double s) {
  return scaled(s, s);
}
Affine rotated(double turns);  ///< positive turns go clockwise on the screen, as y runs down

/// Closed contours; the inside is where the winding number is not zero. Contours that run the same
/// way round unite, one that runs the other way cuts a hole.
struct Shape {
  std::vector<Point> points;
  std::vector<size_t> ends;  ///< one past each contour's last point

  void add(std::span<const Point> contour);
  void add_hole(const Shape& shape);
  std::span<const Point> contour(size_t i) const;
};

Shape polygon(std::initializer_list<Point> corners);
Shape box(double left, double top, double right, double bottom);
Shape rounded(double left, double top, double right, double bottom, double radius);
Shape ellipse(double x, double y, double rx, double ry);
inline Shape disc(double x, double y, double r) {
  return ellipse(x, y, r, r);
}
Shape ring(double x, double y, double outer, double inner);
/// The upper half of an ellipse, closed by its long axis.
Shape dome(double x, double y, double rx, double ry);
/// A slice of a pie from one angle to another.
Shape slice(double x, double y, double r, double from, double to);
/// `tips` tips at `outer`, notches at `inner`.
Shape star(double x, double y, int tips, double outer, double inner);
/// A smooth closed curve through the points (Catmull–Rom).
Shape blob(std::initializer_list<Point> through);
/// A smooth open curve through the points, as a polyline.
std::vector<Point> curve(std::initializer_list<Point> through);
/// What a round pen of that width covers along a polyline.
Shape stroke(std::span<const Point> line, double width, bool closed = false);

}  // namespace decant::draw
