#include "decant/draw/canvas.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace decant::draw {
namespace {

double red_sum(Canvas& canvas) {
  double sum = 0;
  for (int y = 0; y < canvas.side(); ++y) {
    for (int x = 0; x < canvas.side(); ++x) sum += double{canvas.at(x, y).r};
  }
  return sum;
}

/// Pixels covered by a shape on an empty canvas of 32.
double area(const Shape& shape) {
  Canvas canvas(32);
  canvas.fill(shape, {}, {1, 0, 0});
  return red_sum(canvas);
}

TEST(Direction, IsTheCosineAndTheSine) {
  for (double t = -2.3; t < 2.3; t += 0.0137) {
    EXPECT_NEAR(direction(t).x, std::cos(2 * std::numbers::pi * t), 1e-11) << t;
    EXPECT_NEAR(direction(t).y, std::sin(2 * std::numbers::pi * t), 1e-11) << t;
  }
}

TEST(Affine, InverseUndoes) {
  const Affine map = shifted(3, -1) * rotated(0.13) * scaled(2, 0.5);
  const Point p = (map.inverse() * map)({0.3, -0.7});
  EXPECT_NEAR(p.x, 0.3, 1e-12);
  EXPECT_NEAR(p.y, -0.7, 1e-12);
  EXPECT_NEAR(map.scale(), 1, 1e-12);
}

TEST(Canvas, CoverageOfABoxIsItsAreaEvenBetweenPixels) {
  EXPECT_NEAR(area(box(4, 4, 10, 9)), 30, 1e-4);
  EXPECT_NEAR(area(box(4.3, 4.25, 10.1, 9.5)), 5.8 * 5.25, 1e-3);
  Canvas canvas(32);
  canvas.fill(box(4.3, 4, 6, 5), {}, {1, 0, 0});
  EXPECT_NEAR(canvas.at(4, 4).r, 0.7, 1e-6);
  EXPECT_NEAR(canvas.at(5, 4).r, 1, 1e-6);
  EXPECT_EQ(canvas.at(6, 4).r, 0);
}

TEST(Canvas, CoverageOfRoundShapesIsNearTheirArea) {
  EXPECT_NEAR(area(disc(16, 16, 10)), 314.2, 4);
  EXPECT_NEAR(area(ring(16, 16, 10, 5)), 235.6, 4);
}

TEST(Canvas, OverlapsOfOneShapeCountOnceAndOppositeContoursCutHoles) {
  Shape two = box(2, 2, 12, 12);
  two.add(box(6, 6, 16, 16).points);
  EXPECT_NEAR(area(two), 164, 1e-3);
  Shape frame = box(2, 2, 12, 12);
  frame.add_hole(box(4, 4, 10, 10));
  EXPECT_NEAR(area(frame), 64, 1e-3);
}

TEST(Canvas, ShapesBeyondTheEdgesAreClipped) {
  EXPECT_NEAR(area(box(-100, -100, 100, 100)), 1024, 1e-3);
  EXPECT_NEAR(area(box(-50, 30, -10, 90)), 0, 1e-9);
  EXPECT_NEAR(area(box(30, -1e9, 1e9, 1e9)), 64, 1e-3);
}

TEST(Canvas, StrokeIsAsWideAsItsPen) {
  const Point line[] = {{8, 16}, {24, 16}};
  EXPECT_NEAR(area(stroke(line, 4)), 64 + 10.5, 2);  // and two caps
}

TEST(Canvas, AlphaBlends) {
  Canvas canvas(32);
  canvas.fill(box(0, 0, 32, 32), {}, {0.2F, 0, 0});
  canvas.fill(box(0, 0, 32, 32), {}, {1, 0, 0}, 0.25);
  EXPECT_NEAR(canvas.at(5, 5).r, 0.4, 1e-6);
}

TEST(Canvas, SofteningKeepsTheSumInside) {
  Canvas canvas(32);
  canvas.at(10, 10) = {1, 0, 0};
  canvas.soften();
  EXPECT_NEAR(canvas.at(10, 10).r, 0.25, 1e-6);
  EXPECT_NEAR(red_sum(canvas), 1, 1e-5);
}

TEST(Canvas, ColoursOutOfRangeAreClampedInTheImage) {
  Canvas canvas(16);
  canvas.at(0, 0) = {1.5F, -0.5F, 0.5F};
  Image image;
  canvas.copy_to(image);
  EXPECT_EQ(image.pixels[0], 255);
  EXPECT_EQ(image.pixels[1], 0);
  EXPECT_EQ(image.pixels[2], 128);
}

TEST(Colour, HsvHitsThePureColours) {
  const Colour red = hsv(0, 1, 1);
  const Colour green = hsv(1.0 / 3, 1, 1);
  const Colour blue = hsv(-1.0 / 3, 1, 1);
  EXPECT_NEAR(red.r, 1, 1e-6);
  EXPECT_NEAR(red.g + red.b, 0, 1e-6);
  EXPECT_NEAR(green.g, 1, 1e-6);
  EXPECT_NEAR(green.r + green.b, 0, 1e-6);
  EXPECT_NEAR(blue.b, 1, 1e-6);
  EXPECT_NEAR(blue.r + blue.g, 0, 1e-6);
}

}  // namespace
}  // namespace decant::draw
