// Houses, cups, keys and umbrellas.
#include "decant/draw/objects.h"

namespace decant::draw {

namespace {

void window(const Brush& b, double x, double y, double w, double h, bool lit) {
  const Shape pane = box(x - w, y - h, x + w, y + h);
  if (lit) {
    b.glow(pane, kLamp);
  } else {
    b.fill(pane, kGlass);
  }
  b.shade(box(x - w, y - 0.02, x + w, y + 0.02), kWhite);
  b.shade(box(x - 0.02, y - h, x + 0.02, y + h), kWhite);
}

void door(const Brush& b, double x, double top, double bottom, Colour colour) {
  b.fill(box(x - 0.14, top, x + 0.14, bottom), colour);
  b.shade(disc(x + 0.07, (top + bottom) / 2, 0.035), kLamp);
}

void chimney(const Brush& b, double x, double top, double bottom) {
  b.fill(box(x - 0.1, top, x + 0.1, bottom), {0.55F, 0.28F, 0.22F});
  b.shade(box(x - 0.13, top, x + 0.13, top + 0.07), {0.38F, 0.20F, 0.17F});
}

void steam(const Brush& b, double x, double y) {
  b.shade(stroke(curve({{x, y}, {x + 0.08, y - 0.12}, {x - 0.06, y - 0.25}, {x + 0.04, y - 0.38}}), 0.05), kWhite, 0.7);
}

/// Shaft and bit, from (0, 0) down to (0, 1.1).
void key_shaft(const Brush& b, const Look& look, Colour metal) {
  b.fill(box(-0.07, 0, 0.07, 1.1), metal);
  b.fill(box(0.05, look.between(2, 0.66, 0.76), 0.36, 0.84), metal);
  b.fill(box(0.05, 0.94, look.between(3, 0.26, 0.42), 1.08), metal);
}

Colour metal_of(const Look& look) {
  return look.main;
}

/// The canopy's scalloped lower edge: a row of bites.
void canopy(const Brush& b, const Look& look, double y) {
  const int panels = 4 + look.pick(2, 2);
  Shape cover = dome(0, y, 0.95, look.between(1, 0.68, 0.85));
  const double w = 0.95 / panels;
  for (int i = 0; i < panels; ++i) cover.add_hole(dome(-0.95 + w * (2 * i + 1), y, w * 0.96, 0.13));
  b.fill(cover, look.main);
  const double h = look.between(1, 0.68, 0.85);
  for (int i = 1; i < panels; ++i) {
    const double x = -0.95 + 2 * w * i;
    b.line(curve({{0, y - h}, {0.7 * x, y - 0.6 * h}, {x, y - 0.02}}), 0.035, darker(look.main));
  }
}

}  // namespace

void house_cottage(const Brush& b, const Look& look) {
  const double eaves = look.between(0, -0.12, 0.08);
  chimney(b, look.chance(1, 0.5) ? 0.42 : -0.42, -0.82, eaves - 0.1);
  b.fill(box(-0.7, eaves, 0.7, 0.88), look.main);
  b.fill(polygon({{-0.92, eaves + 0.04}, {0, look.between(2, -0.95, -0.75)}, {0.92, eaves + 0.04}}), look.second);
  door(b, look.between(3, -0.12, 0.12), 0.34, 0.88, look.accent);
  window(b, -0.44, 0.36, 0.14, 0.16, true);
  window(b, 0.44, 0.36, 0.14, 0.16, look.chance(4, 0.5));
  if (look.chance(5, 0.5)) b.fill(disc(0, eaves - 0.26, 0.11), kGlass);
}

void house_long(const Brush& b, const Look& look) {
  const double eaves = look.between(0, -0.05, 0.1);
  chimney(b, look.between(1, -0.5, 0.5), -0.78, eaves - 0.2);
  b.fill(box(-0.92, eaves, 0.92, 0.78), look.main);
  b.fill(polygon({{-1, eaves + 0.04}, {-0.76, -0.55}, {0.76, -0.55}, {1, eaves + 0.04}}), look.second);
  const int place = look.pick(2, 4);
  for (int i = 0; i < 4; ++i) {
    const double x = -0.66 + 0.44 * i;
    if (i == place) {
      door(b, x, 0.3, 0.78, look.accent);
    } else {
      window(b, x, 0.4, 0.12, 0.15, look.chance(3, 0.3));
    }
  }
}

void house_town(const Brush& b, const Look& look) {
  b.fill(polygon({{-0.48, 0.95},
                  {-0.48, -0.4},
                  {-0.34, -0.4},
                  {-0.34, -0.6},
                  {-0.2, -0.6},
                  {-0.2, -0.8},
                  {-0.1, -0.8},
                  {-0.1, -0.95},
                  {0.1, -0.95},
                  {0.1, -0.8},
                  {0.2, -0.8},
                  {0.2, -0.6},
                  {0.34, -0.6},
                  {0.34, -0.4},
                  {0.48, -0.4},
                  {0.48, 0.95}}),
         look.main);
  for (int row = 0; row < 3; ++row) {
    const double y = -0.3 + 0.36 * row;
    window(b, -0.23, y, 0.1, 0.12, look.chance(static_cast<size_t>(row), 0.4));
    window(b, 0.23, y, 0.1, 0.12, look.chance(static_cast<size_t>(row) + 3, 0.4));
  }
  b.fill(disc(0, -0.6, 0.08), kGlass);
  door(b, 0, 0.6, 0.95, look.accent);
}

void house_on_stilts(const Brush& b, const Look& look) {
  for (const double x : {-0.55, -0.2, 0.2, 0.55}) b.line({{x, 0.3}, {x * 1.15, 0.95}}, 0.08, kWood);
  b.line({{0.02, 0.3}, {-0.15, 0.95}}, 0.05, kWood);
  b.fill(box(-0.66, -0.2, 0.66, 0.34), look.main);
  b.fill(polygon({{-0.95, -0.12}, {-0.5, -0.7}, {0, -0.85}, {0.5, -0.7}, {0.95, -0.12}}), look.second);
  window(b, look.between(0, -0.42, -0.3), 0.06, 0.13, 0.12, true);
  b.fill(box(0.12, -0.06, 0.38, 0.34), look.accent);
}

void house_part(const Brush& b, const Look& look) {
  window(b, 0, 0, 0.6, 0.75, look.chance(0, 0.5));
}

void cup_mug(const Brush& b, const Look& look) {
  const double right = look.between(0, 0.38, 0.5);
  Shape handle = ellipse(right, 0.15, 0.44, 0.4);
  handle.add_hole(ellipse(right, 0.15, 0.27, 0.23));
  b.fill(handle, darker(look.main, 0.15));
  b.fill(rounded(-0.62, -0.5, right, 0.8, 0.12), look.main);
  b.fill(ellipse((right - 0.62) / 2, -0.5, (right + 0.62) / 2, 0.13), lighter(look.main));
  b.shade(ellipse((right - 0.62) / 2, -0.48, (right + 0.42) / 2, 0.08), {0.30F, 0.18F, 0.10F});
  if (look.chance(1, 0.4)) b.shade(box(-0.62, 0.0, right, 0.22), look.accent);
  if (look.chance(1, 0.7) && !look.chance(1, 0.4)) b.shade(disc(-0.1, 0.18, 0.22), look.accent);
  for (const double x : {-0.3, 0.1}) steam(b, x, -0.6);
}

void cup_on_saucer(const Brush& b, const Look& look) {
  b.fill(ellipse(0, 0.66, 0.95, 0.2), lighter(look.main));
  b.shade(ellipse(0, 0.64, 0.5, 0.09), darker(look.main, 0.2));
  Shape handle = ellipse(0.6, 0.0, 0.34, 0.28);
  handle.add_hole(ellipse(0.6, 0.0, 0.2, 0.15));
  b.fill(handle, look.main);
  b.fill(blob({{-0.66, -0.28}, {0.66, -0.28}, {0.52, 0.3}, {0.22, 0.64}, {-0.22, 0.64}, {-0.52, 0.3}}), look.main);
  b.fill(ellipse(0, -0.28, 0.67, 0.15), lighter(look.main));
  b.shade(ellipse(0, -0.26, 0.56, 0.1), {0.42F, 0.22F, 0.10F});
  b.shade(ellipse(0, 0.12, 0.3, 0.08), look.accent);
  if (look.chance(1, 0.7)) steam(b, -0.1, -0.42);
  if (look.chance(1, 0.4)) steam(b, 0.2, -0.42);
}

void cup_from_above(const Brush& b, const Look& look) {
  b.fill(disc(0, 0, 0.95), lighter(look.main));
  b.shade(ring(0, 0, 0.82, 0.76), look.accent);
  b.fill(rounded(0.4, -0.1, 0.86, 0.1, 0.09), look.main);
  b.fill(disc(0, 0, 0.56), look.main);
  b.fill(disc(0, 0, 0.46), {0.36F, 0.20F, 0.10F});
  b.shade(ellipse(-0.14, -0.12, 0.18, 0.12), {0.80F, 0.62F, 0.42F}, look.between(0, 0.3, 0.9));
  b.line({{-0.62, 0.5}, {0.1, 0.8}}, 0.08, kSteel);
  b.fill(ellipse(-0.66, 0.48, 0.14, 0.09), kSteel);
}

void cup_of_paper(const Brush& b, const Look& look) {
  b.fill(polygon({{-0.52, -0.5}, {0.52, -0.5}, {0.38, 0.92}, {-0.38, 0.92}}), lighter(look.main, 0.7));
  b.fill(polygon({{-0.48, -0.12}, {0.48, -0.12}, {0.42, 0.5}, {-0.42, 0.5}}), look.main);
  b.fill(rounded(-0.6, -0.64, 0.6, -0.48, 0.06), kWhite);
  b.fill(polygon({{-0.46, -0.8}, {0.46, -0.8}, {0.52, -0.62}, {-0.52, -0.62}}), kWhite);
  if (look.chance(0, 0.6)) b.line({{0.1, -0.78}, {0.24, -1.0}, {0.5, -1.06}}, 0.08, look.accent);
  b.shade(disc(0, 0.19, 0.15), look.accent);
}

void cup_part(const Brush& b, const Look& look) {
  b.line(curve({{-0.5, -0.7}, {0.3, -0.6}, {0.6, 0}, {0.3, 0.6}, {-0.5, 0.7}}), 0.3, look.main);
}

void key_old(const Brush& b, const Look& look) {
  const Colour metal = metal_of(look);
  key_shaft(b.at(shifted(0, -0.2)), look, metal);
  b.fill(ring(0, -0.55, 0.4, look.between(0, 0.2, 0.27)), metal);
  b.fill(rounded(-0.13, -0.2, 0.13, -0.08, 0.05), darker(metal, 0.2));
}

void key_flat(const Brush& b, const Look& look) {
  const Colour metal = metal_of(look);
  Shape head = rounded(-0.46, -0.98, 0.46, -0.15, look.between(0, 0.18, 0.38));
  head.add_hole(disc(0, -0.72, 0.13));
  b.fill(polygon({{-0.17, -0.2},
                  {-0.17, 0.9},
                  {0, 1.0},
                  {0.1, 0.9},
                  {0.02, 0.76},
                  {0.17, 0.62},
                  {0.06, 0.48},
                  {0.17, 0.34},
                  {0.08, 0.22},
                  {0.19, 0.08},
                  {0.19, -0.2}}),
         metal);
  b.fill(head, look.chance(1, 0.4) ? look.accent : metal);
  b.shade(box(-0.08, -0.1, -0.03, 0.85), darker(metal));
}

void key_trefoil(const Brush& b, const Look& look) {
  const Colour metal = metal_of(look);
  key_shaft(b.at(shifted(0, -0.15)), look, metal);
  for (const Point p : {Point{-0.27, -0.42}, Point{0.27, -0.42}, Point{0, -0.76}}) b.fill(ring(p.x, p.y, 0.25, 0.12), metal);
  b.fill(disc(0, -0.5, 0.1), look.accent);
  b.fill(rounded(-0.16, -0.18, 0.16, -0.06, 0.05), metal);
}

void key_bunch(const Brush& b, const Look& look) {
  const Colour metal = metal_of(look);
  b.fill(ring(0, -0.55, 0.4, 0.33), kSteel);
  Look other = look;
  other.main = mix(metal, kSteel, 0.7);
  key_flat(b.at(shifted(-0.28, 0.25) * rotated(look.between(4, 0.03, 0.08)) * scaled(0.66)), other);
  key_old(b.at(shifted(0.32, 0.28) * rotated(look.between(5, -0.09, -0.04)) * scaled(0.66)), look);
}

void key_part(const Brush& b, const Look& look) {
  b.fill(ring(0, 0, 0.7, 0.45), look.chance(0, 0.5) ? kSteel : kLamp);
}

void umbrella_open(const Brush& b, const Look& look) {
  b.line(curve({{0, -0.85}, {0, 0.2}, {0, 0.72}, {-0.1, 0.9}, {-0.26, 0.86}, {-0.3, 0.7}}), 0.08, look.second);
  canopy(b, look, 0.0);
  b.line({{0, look.between(1, -0.68, -0.85)}, {0, -0.96}}, 0.07, look.second);
}

void umbrella_closed(const Brush& b, const Look& look) {
  b.line(curve({{0, -0.98}, {0, 0.4}, {0, 0.74}, {0.1, 0.92}, {0.26, 0.9}, {0.3, 0.74}}), 0.09, look.second);
  b.fill(blob({{0, -0.85}, {0.13, -0.3}, {0.22, 0.36}, {0.08, 0.44}, {-0.08, 0.44}, {-0.22, 0.36}, {-0.13, -0.3}}), look.main);
  b.line({{0.02, -0.7}, {0.1, 0.4}}, 0.03, darker(look.main));
  b.line({{-0.02, -0.7}, {-0.08, 0.4}}, 0.03, darker(look.main));
  b.fill(box(-0.17, -0.06, 0.17, 0.06), look.accent);
}

void umbrella_from_above(const Brush& b, const Look& look) {
  const bool striped = look.chance(0, 0.7);
  for (int i = 0; i < 8; ++i) {
    const Point p = 0.95 * direction(i / 8.0);
    const Point q = 0.95 * direction((i + 1) / 8.0);
    const Point m = 0.80 * direction((i + 0.5) / 8.0);
    b.fill(polygon({{0, 0}, p, m, q}), striped && i % 2 == 0 ? look.accent : look.main);
    b.line({{0, 0}, p}, 0.03, darker(look.main));
  }
  b.fill(disc(0, 0, 0.07), look.second);
}

void umbrella_on_beach(const Brush& b, const Look& look) {
  const Brush t = b.at(rotated(look.between(3, 0.03, 0.07)));
  t.line({{0, -0.8}, {0, 1.0}}, 0.07, kWhite);
  t.fill(dome(0, -0.1, 0.95, 0.72), look.main);
  for (const double x : {-0.62, 0.0, 0.62}) {
    t.shade(polygon({{0, -0.82}, {x - 0.18, -0.1}, {x + 0.18, -0.1}}), look.accent);
  }
  t.fill(disc(0, -0.84, 0.06), look.second);
}

void umbrella_part(const Brush& b, const Look& look) {
  b.line(curve({{0.3, -0.9}, {0.3, 0.3}, {0.1, 0.7}, {-0.25, 0.65}, {-0.35, 0.3}}), 0.2, look.second);
}

}  // namespace decant::draw
