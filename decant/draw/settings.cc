#include "decant/draw/settings.h"

#include <cmath>

#include "decant/draw/brush.h"

namespace decant::draw {

namespace {

struct Range {
  double low;
  double high;
};

/// What every setting paints with. TRAP: C++ leaves the order of argument evaluation open, so
/// f(p.between(…), p.between(…)) paints differently under another compiler; colour() and
/// somewhere() draw one number after the other.
struct Painter {
  Canvas& canvas;
  Affine to_pixels;
  Random& random;

  double between(double low, double high) { return draw_between(random, low, high); }
  bool chance(double share) { return random.uniform() < share; }
  void fill(const Shape& shape, Colour colour, double alpha = 1) { canvas.fill(shape, to_pixels, colour, alpha); }

  Colour colour(Range hue, Range saturation, Range value) {
    const double h = between(hue.low, hue.high);
    const double s = between(saturation.low, saturation.high);
    const double v = between(value.low, value.high);
    return hsv(h, s, v);
  }
  Colour any_colour(Range saturation, Range value) { return colour({0, 1}, saturation, value); }

  Point somewhere(Range x, Range y) {
    const double left = between(x.low, x.high);
    const double top = between(y.low, y.high);
    return {left, top};
  }

  /// `top` above to `bottom` below.
  void fade(Colour top, Colour bottom) {
    const Affine back = to_pixels.inverse();
    canvas.shade([&](Point p, Colour) { return mix(top, bottom, 0.5 * back(p).y + 0.5); });
  }

  /// Mottles what is there: `depth` is how strong, `grain` how many patches across.
  void mottle(double depth, double grain) {
    const ValueNoise noise(random);
    const Affine back = to_pixels.inverse();
    canvas.shade([&](Point p, Colour before) {
      const Point s = back(p);
      const double n = noise.at(grain * s.x, grain * s.y) + 0.5 * noise.at(2 * grain * s.x + 7, 2 * grain * s.y);
      return before + grey(depth * n);
    });
  }
};

void ground(Painter& p, double horizon, Colour colour) {
  p.fill(box(-2, horizon, 2, 2), colour);
}

void cloud(Painter& p) {
  const Point at = p.somewhere({-1, 1}, {-0.95, -0.3});
  const double s = p.between(0.1, 0.22);
  for (const double d : {-1.0, 0.0, 1.0}) {
    p.fill(ellipse(at.x + d * s, at.y - (d == 0 ? 0.4 * s : 0), 0.9 * s, 0.6 * s), kWhite, 0.85);
  }
}

void day_sky(Painter& p) {
  const double hue = p.between(0.52, 0.62);
  const double strength = p.between(0.15, 0.6);
  p.fade(hsv(hue, strength, 0.9), hsv(hue, strength * 0.4, 0.98));
  for (int clouds = static_cast<int>(p.between(0, 4)); clouds > 0; --clouds) cloud(p);
}

void meadow(Painter& p) {
  day_sky(p);
  const Point hill = p.somewhere({-1, 1}, {0.1, 0.6});
  p.fill(ellipse(hill.x, hill.y + 0.15, 1.2, 0.4), p.colour({0.25, 0.43}, {0.4, 0.4}, {0.45, 0.7}));
  ground(p, hill.y, p.colour({0.2, 0.38}, {0.35, 0.7}, {0.4, 0.75}));
  p.mottle(0.05, 5);
}

void street(Painter& p) {
  day_sky(p);
  for (double x = -1.3; x < 1.3;) {
    const double width = p.between(0.25, 0.6);
    const double top = p.between(-0.6, 0.2);
    const Colour wall = p.any_colour({0.05, 0.35}, {0.45, 0.85});
    p.fill(box(x, top, x + width, 1), wall);
    for (double y = top + 0.12; y < 0.4; y += 0.22) p.fill(box(x + 0.25 * width, y, x + 0.75 * width, y + 0.1), 0.75 * wall);
    x += width;
  }
  const double kerb = p.between(0.35, 0.6);
  ground(p, kerb, grey(p.between(0.6, 0.75)));
  ground(p, kerb + 0.15, grey(p.between(0.3, 0.45)));
  for (double x = -1.2; x < 1.3; x += 0.5) p.fill(box(x, kerb + 0.35, x + 0.28, kerb + 0.4), kWhite);
}

void sea(Painter& p) {
  day_sky(p);
  const double horizon = p.between(-0.1, 0.45);
  const double hue = p.between(0.48, 0.62);
  const double depth = p.between(0.4, 0.75);
  ground(p, horizon, hsv(hue, 0.6, depth));
  for (int i = 0; i < 14; ++i) {
    const Point crest = p.somewhere({-1.1, 1}, {horizon + 0.05, 1.1});
    p.fill(box(crest.x, crest.y, crest.x + 0.3, crest.y + 0.035), hsv(hue, 0.4, depth + 0.18), 0.8);
  }
  if (p.chance(0.3)) p.fill(ellipse(0, 1.15, 1.8, 0.35), {0.88F, 0.80F, 0.60F});
}

void room(Painter& p) {
  const Colour wall = p.any_colour({0.05, 0.4}, {0.5, 0.95});
  p.fade(wall, mix(wall, kWhite, 0.3));
  const double floor = p.between(0.4, 0.9);
  const Colour boards = p.any_colour({0.1, 0.5}, {0.35, 0.75});
  ground(p, floor, boards);
  p.fill(box(-2, floor, 2, floor + 0.05), 0.7 * boards);
  if (p.chance(0.4)) {
    const double x = p.between(-0.9, 0.5);
    p.fill(box(x, -0.9, x + 0.5, -0.3), kWood);
    p.fill(box(x + 0.06, -0.84, x + 0.44, -0.36), p.any_colour({0.1, 0.6}, {0.5, 0.9}));
  }
}

void table(Painter& p) {
  const Colour wood = hsv(p.between(0.04, 0.12), 0.55, 0.6);
  const double shade = p.between(0.6, 1.3);
  p.fade(shade * wood, 0.9 * shade * wood);
  for (double y = -1.3; y < 1.3;) {
    y += p.between(0.2, 0.45);
    p.fill(box(-2, y, 2, y + 0.04), 0.65 * shade * wood);
  }
  p.mottle(0.06, 3);
}

void pattern(Painter& p) {
  const Colour one = p.any_colour({0.1, 0.7}, {0.4, 0.95});
  const Colour far = p.any_colour({0.1, 0.8}, {0.3, 1});
  const Colour other = mix(one, far, p.between(0.35, 1));
  p.fade(one, one);
  const int kind = static_cast<int>(p.random.below(4));
  const double step = p.between(0.22, 0.5);
  const double turn = p.random.uniform();
  Painter turned{p.canvas, p.to_pixels * rotated(turn), p.random};
  for (double u = -1.8; u < 1.8; u += step) {
    if (kind == 0) turned.fill(box(u, -2, u + 0.5 * step, 2), other);
    if (kind == 3) turned.fill(stroke(std::vector<Point>{{u, -2}, {u + 0.5 * step, 0}, {u, 2}}, 0.3 * step), other);
    for (double v = -1.8; v < 1.8 && (kind == 1 || kind == 2); v += step) {
      if (kind == 1) turned.fill(disc(u, v, 0.3 * step), other);
      if (kind == 2) turned.fill(box(u, v, u + 0.5 * step, v + 0.5 * step), other);
    }
  }
}

void foliage(Painter& p) {
  const double hue = p.between(0.12, 0.42);
  p.fade(hsv(hue, 0.6, 0.4), hsv(hue, 0.6, 0.3));
  for (int i = 0; i < 60; ++i) {
    const Point at = p.somewhere({-1.2, 1.2}, {-1.2, 1.2});
    const double turn = p.random.uniform();
    const double length = p.between(0.1, 0.3);
    const Colour leaf = p.colour({hue - 0.05, hue + 0.05}, {0.6, 0.6}, {0.25, 0.7});
    p.canvas.fill(ellipse(0, 0, 1, 0.4), p.to_pixels * shifted(at.x, at.y) * rotated(turn) * scaled(length), leaf);
  }
}

void night(Painter& p) {
  p.fade({0.03F, 0.04F, 0.12F}, {0.12F, 0.13F, 0.30F});
  for (int i = 0; i < 18; ++i) {
    const Point star = p.somewhere({-1, 1}, {-1, 0.6});
    p.fill(disc(star.x, star.y, p.between(0.015, 0.04)), kWhite, 0.9);
  }
  if (p.chance(0.5)) p.fill(disc(p.between(-0.8, 0.8), -0.75, 0.14), {0.95F, 0.93F, 0.8F});
  if (p.chance(0.6)) ground(p, p.between(0.4, 0.8), {0.05F, 0.07F, 0.10F});
}

void sunset(Painter& p) {
  const double hue = p.between(-0.04, 0.09);
  p.fade(hsv(hue + 0.75, 0.45, p.between(0.4, 0.7)), hsv(hue + 0.05, 0.7, 0.98));
  const Point sun = p.somewhere({-0.7, 0.7}, {0, 0.5});
  p.fill(disc(sun.x, sun.y, p.between(0.15, 0.3)), {1.0F, 0.88F, 0.55F});
  ground(p, p.between(0.55, 0.85), hsv(hue + 0.8, 0.4, 0.25));
}

void paper(Painter& p) {
  const Colour sheet = p.colour({0.08, 0.17}, {0.02, 0.12}, {0.88, 0.98});
  p.fade(sheet, sheet);
  const double step = p.between(0.16, 0.3);
  const bool squared = p.chance(0.4);
  if (p.chance(0.6)) {
    for (double u = -1.3; u < 1.3; u += step) {
      p.fill(box(-2, u, 2, u + 0.025), {0.62F, 0.72F, 0.86F}, 0.7);
      if (squared) p.fill(box(u, -2, u + 0.025, 2), {0.62F, 0.72F, 0.86F}, 0.7);
    }
  }
}

void blueprint(Painter& p) {
  const double value = p.between(0.4, 0.6);
  p.fade(hsv(0.6, 0.75, value), hsv(0.6, 0.8, 0.9 * value));
  const double step = p.between(0.2, 0.35);
  for (double u = -1.4; u < 1.4; u += step) {
    p.fill(box(-2, u, 2, u + 0.025), kWhite, 0.25);
    p.fill(box(u, -2, u + 0.025, 2), kWhite, 0.25);
  }
}

}  // namespace

ValueNoise::ValueNoise(Random& random) {
  for (auto& row : values_) {
    for (float& value : row) value = static_cast<float>(random.uniform() * 2 - 1);
  }
}

double ValueNoise::at(double x, double y) const {
  const double left = std::floor(x);
  const double top = std::floor(y);
  const auto eased = [](double t) { return t * t * (3 - 2 * t); };
  const double u = eased(x - left);
  const double v = eased(y - top);
  const auto value = [&](int dx, int dy) {
    const int column = (static_cast<int>(left) + dx) & (kLattice - 1);
    const int row = (static_cast<int>(top) + dy) & (kLattice - 1);
    return double{values_[row][column]};
  };
  const double above = (1 - u) * value(0, 0) + u * value(1, 0);
  const double below = (1 - u) * value(0, 1) + u * value(1, 1);
  return (1 - v) * above + v * below;
}

void paint_setting(Canvas& canvas, const Affine& scene_to_pixels, Setting setting, Random& random) {
  Painter painter{canvas, scene_to_pixels, random};
  switch (setting) {
    case Setting::meadow:
      return meadow(painter);
    case Setting::street:
      return street(painter);
    case Setting::sea:
      return sea(painter);
    case Setting::sky:
      return day_sky(painter);
    case Setting::room:
      return room(painter);
    case Setting::table:
      return table(painter);
    case Setting::pattern:
      return pattern(painter);
    case Setting::foliage:
      return foliage(painter);
    case Setting::night:
      return night(painter);
    case Setting::sunset:
      return sunset(painter);
    case Setting::paper:
      return paper(painter);
    case Setting::blueprint:
      return blueprint(painter);
  }
}

}  // namespace decant::draw
