// Boats, cars and rockets.
#include "decant/draw/objects.h"

namespace decant::draw {

namespace {

void wheel(const Brush& b, double x, double y, double r) {
  b.fill(disc(x, y, r), kBlack);
  b.fill(disc(x, y, 0.5 * r), kSteel);
}

void waves(const Brush& b, double y) {
  b.shade(
      stroke(
          curve({{-1, y}, {-0.75, y + 0.05}, {-0.5, y}, {-0.25, y + 0.05}, {0, y}, {0.25, y + 0.05}, {0.5, y}, {0.75, y + 0.05}, {1, y}}),
          0.07),
      lighter({0.3F, 0.5F, 0.75F}, 0.6), 0.8);
}

void pennant(const Brush& b, double x, double y, Colour colour) {
  b.fill(polygon({{x, y}, {x + 0.24, y + 0.07}, {x, y + 0.14}}), colour);
}

void square_sail(const Brush& b, double x, double y, double w, double h, Colour colour) {
  b.fill(blob({{x - w, y}, {x, y - 0.02}, {x + w, y}, {x + w * 1.1, y + h}, {x, y + h - 0.06}, {x - w * 0.9, y + h}}), colour);
}

void flame(const Brush& b, double y, double w, double length) {
  b.glow(blob({{-w, y}, {w, y}, {w * 0.8, y + length * 0.5}, {0, y + length}, {-w * 0.8, y + length * 0.5}}), {1.0F, 0.55F, 0.12F});
  b.glow(blob({{-w * 0.5, y}, {w * 0.5, y}, {w * 0.35, y + length * 0.35}, {0, y + length * 0.6}, {-w * 0.35, y + length * 0.35}}), kLamp);
}

/// A pointed hull, its tip at (0, −0.95).
void rocket_body(const Brush& b, const Look& look, double width, double bottom) {
  const double w = width;
  b.fill(blob({{0, -0.98},
               {0.55 * w, -0.66},
               {w, -0.15},
               {0.9 * w, bottom - 0.1},
               {0.65 * w, bottom},
               {-0.65 * w, bottom},
               {-0.9 * w, bottom - 0.1},
               {-w, -0.15},
               {-0.55 * w, -0.66}}),
         look.main);
}

}  // namespace

void boat_yacht(const Brush& b, const Look& look) {
  const double mast = look.between(0, -0.1, 0.1);
  b.line({{mast, -0.95}, {mast, 0.5}}, 0.06, kWood);
  b.fill(polygon({{mast - 0.06, -0.85}, {mast - 0.06, 0.34}, {look.between(1, -0.8, -0.6), 0.34}}), look.second);
  b.fill(polygon({{mast + 0.07, -0.72}, {mast + 0.07, 0.34}, {look.between(2, 0.55, 0.75), 0.34}}), look.accent);
  b.fill(polygon({{-0.82, 0.45}, {0.92, 0.45}, {0.6, 0.84}, {-0.62, 0.84}}), look.main);
  b.shade(polygon({{-0.76, 0.56}, {0.82, 0.56}, {0.77, 0.64}, {-0.73, 0.64}}), kWhite);
  if (look.chance(3, 0.6)) pennant(b, mast, -0.98, look.main);
  waves(b, 0.86);
}

void boat_dinghy(const Brush& b, const Look& look) {
  b.line({{-0.1, -0.8}, {-0.1, 0.4}}, 0.06, kWood);
  b.line({{-0.62, 0.1}, {0.5, -0.98}}, 0.05, kWood);
  b.fill(blob({{0.48, -0.94}, {0.62, -0.2}, {0.56, 0.28}, {0.0, 0.2}, {-0.6, 0.12}, {-0.1, -0.4}}), look.second);
  b.fill(blob({{-0.95, 0.34}, {-0.4, 0.46}, {0.4, 0.46}, {0.95, 0.3}, {0.62, 0.78}, {0, 0.86}, {-0.62, 0.78}}), look.main);
  b.line({{-0.82, 0.54}, {0.82, 0.52}}, 0.06, look.accent);
  waves(b, 0.86);
}

void boat_ship(const Brush& b, const Look& look) {
  for (const double x : {-0.42, 0.16, 0.6}) b.line({{x, -0.95}, {x, 0.4}}, 0.06, kWood);
  for (const double x : {-0.42, 0.16}) {
    square_sail(b, x, -0.82, 0.2, 0.34, look.second);
    square_sail(b, x, -0.38, 0.26, 0.56, look.second);
  }
  square_sail(b, 0.6, -0.6, 0.16, 0.66, look.second);
  b.fill(polygon({{-0.98, 0.16}, {-0.6, 0.42}, {0.5, 0.42}, {0.58, 0.16}, {0.95, 0.16}, {0.84, 0.86}, {-0.6, 0.86}}), look.main);
  for (const double x : {-0.4, -0.1, 0.2, 0.5}) b.shade(box(x - 0.05, 0.54, x + 0.05, 0.64), kBlack);
  pennant(b, 0.16, -1.0, look.accent);
  waves(b, 0.88);
}

void boat_of_paper(const Brush& b, const Look& look) {
  const Colour paper = lighter(look.main, 0.75);
  const double top = look.between(0, -0.75, -0.55);
  b.fill(polygon({{-0.42, 0.3}, {0, top}, {0.42, 0.3}}), darker(paper, 0.12));
  b.fill(polygon({{0, top}, {0.42, 0.3}, {0.1, 0.3}}), darker(paper, 0.3));
  b.fill(polygon({{-0.98, -0.02}, {-0.3, 0.28}, {0.3, 0.28}, {0.98, -0.02}, {0.55, 0.8}, {-0.55, 0.8}}), paper);
  b.fill(polygon({{-0.98, -0.02}, {-0.3, 0.28}, {-0.55, 0.8}}), darker(paper, 0.18));
  if (look.chance(1, 0.5)) b.line({{-0.4, 0.55}, {0.45, 0.55}}, 0.06, look.accent);
}

void boat_part(const Brush& b, const Look& look) {
  b.fill(polygon({{-0.1, -0.9}, {0.6, 0.8}, {-0.5, 0.8}}), look.second);
}

void car_saloon(const Brush& b, const Look& look) {
  const double front = look.between(0, 0.42, 0.56);
  b.fill(polygon({{-0.66, 0.0}, {-0.46, -0.46}, {0.2, -0.46}, {front, 0.0}}), look.main);
  b.shade(polygon({{-0.54, -0.02}, {-0.4, -0.36}, {-0.12, -0.36}, {-0.12, -0.02}}), kGlass);
  b.shade(polygon({{-0.04, -0.02}, {-0.04, -0.36}, {0.17, -0.36}, {front - 0.1, -0.02}}), kGlass);
  b.fill(rounded(-0.97, -0.06, 0.97, 0.48, 0.18), look.main);
  b.shade(box(-0.94, 0.3, 0.94, 0.36), darker(look.main));
  b.glow(ellipse(0.9, 0.1, 0.06, 0.08), kLamp);
  b.shade(box(-0.97, 0.04, -0.9, 0.18), {0.8F, 0.1F, 0.1F});
  b.shade(box(0.0, 0.06, 0.12, 0.1), darker(look.main, 0.5));
  const double r = look.between(1, 0.22, 0.28);
  wheel(b, -0.54, 0.5, r);
  wheel(b, 0.54, 0.5, r);
}

void car_van(const Brush& b, const Look& look) {
  b.fill(polygon({{-0.95, 0.5}, {-0.95, -0.56}, {-0.86, -0.66}, {0.58, -0.66}, {0.84, -0.1}, {0.97, 0.02}, {0.97, 0.5}}), look.main);
  b.shade(polygon({{-0.94, 0.14}, {0.97, 0.14}, {0.97, 0.5}, {-0.94, 0.5}}), look.second);
  b.shade(polygon({{0.3, -0.5}, {0.53, -0.5}, {0.74, -0.06}, {0.3, -0.06}}), kGlass);
  for (const double x : {-0.62, -0.14}) b.shade(box(x - 0.18, -0.5, x + 0.18, -0.06), kGlass);
  b.glow(disc(0.9, 0.22, 0.07), kLamp);
  const double r = look.between(1, 0.2, 0.26);
  wheel(b, -0.54, 0.54, r);
  wheel(b, 0.56, 0.54, r);
}

void car_front(const Brush& b, const Look& look) {
  b.fill(rounded(-0.78, 0.4, -0.46, 0.82, 0.08), kBlack);
  b.fill(rounded(0.46, 0.4, 0.78, 0.82, 0.08), kBlack);
  b.fill(polygon({{-0.66, 0.02}, {-0.46, -0.58}, {0.46, -0.58}, {0.66, 0.02}}), look.main);
  b.shade(polygon({{-0.52, 0.0}, {-0.36, -0.46}, {0.36, -0.46}, {0.52, 0.0}}), kGlass);
  b.fill(rounded(-0.86, -0.04, 0.86, 0.62, 0.2), look.main);
  b.fill(rounded(-0.34, 0.18, 0.34, 0.36, 0.06), kBlack);
  b.glow(disc(-0.6, 0.24, look.between(0, 0.12, 0.17)), kLamp);
  b.glow(disc(0.6, 0.24, look.between(0, 0.12, 0.17)), kLamp);
  b.shade(box(-0.8, 0.48, 0.8, 0.56), kSteel);
  b.shade(box(-0.18, 0.44, 0.18, 0.58), kWhite);
}

void car_from_above(const Brush& b, const Look& look) {
  for (const double x : {-0.46, 0.46}) {
    b.fill(rounded(x - 0.1, -0.7, x + 0.1, -0.36, 0.04), kBlack);
    b.fill(rounded(x - 0.1, 0.4, x + 0.1, 0.74, 0.04), kBlack);
  }
  b.fill(rounded(-0.48, -0.97, 0.48, 0.97, 0.26), look.main);
  b.shade(polygon({{-0.4, -0.34}, {0.4, -0.34}, {0.32, -0.06}, {-0.32, -0.06}}), kGlass);
  b.shade(polygon({{-0.32, 0.5}, {0.32, 0.5}, {0.38, 0.68}, {-0.38, 0.68}}), kGlass);
  b.shade(box(-0.33, -0.06, 0.33, 0.5), lighter(look.main, 0.2));
  if (look.chance(0, 0.4)) b.shade(box(-0.1, -0.95, 0.1, 0.95), look.accent);
  for (const double x : {-0.34, 0.34}) b.glow(ellipse(x, -0.9, 0.1, 0.06), kLamp);
  for (const double x : {-0.54, 0.54}) b.fill(ellipse(x, -0.26, 0.09, 0.05), look.main);
}

void car_part(const Brush& b, const Look&) {
  wheel(b, 0, 0, 0.75);
}

void rocket_rising(const Brush& b, const Look& look) {
  flame(b, 0.5, 0.2, look.between(0, 0.36, 0.55));
  for (const double s : {-1.0, 1.0}) {
    b.fill(polygon({{0.2 * s, 0.08}, {0.6 * s, 0.56}, {0.58 * s, 0.72}, {0.2 * s, 0.5}}), look.second);
  }
  rocket_body(b, look, look.between(1, 0.26, 0.34), 0.56);
  b.fill(disc(0, -0.26, 0.14), kGlass);
  b.shade(box(-0.24, 0.2, 0.24, 0.3), look.second);
  b.shade(polygon({{0, -0.96}, {0.15, -0.68}, {-0.15, -0.68}}), look.second);
}

void rocket_with_boosters(const Brush& b, const Look& look) {
  for (const double x : {-0.34, 0.34}) {
    flame(b.at(shifted(x, 0)), 0.56, 0.12, look.between(0, 0.3, 0.45));
    b.fill(polygon({{x - 0.14, 0.6}, {x - 0.14, -0.3}, {x, -0.56}, {x + 0.14, -0.3}, {x + 0.14, 0.6}}), look.second);
  }
  flame(b, 0.62, 0.14, 0.38);
  b.fill(polygon({{-0.21, 0.66}, {-0.21, -0.62}, {0, -1.0}, {0.21, -0.62}, {0.21, 0.66}}), look.main);
  b.shade(box(-0.21, -0.3, 0.21, -0.18), look.accent);
  b.shade(box(-0.21, 0.3, 0.21, 0.4), look.accent);
}

void rocket_toy(const Brush& b, const Look& look) {
  for (const double s : {-1.0, 1.0}) {
    b.fill(blob({{0.3 * s, 0.1}, {0.72 * s, 0.4}, {0.76 * s, 0.92}, {0.5 * s, 0.7}, {0.25 * s, 0.6}}), look.accent);
  }
  rocket_body(b, look, look.between(0, 0.5, 0.6), 0.7);
  b.fill(polygon({{0, -1.0}, {0.27, -0.64}, {-0.27, -0.64}}), look.accent);
  b.fill(disc(0, -0.16, 0.24), look.second);
  b.fill(disc(0, -0.16, 0.16), kGlass);
  b.fill(polygon({{-0.09, 0.34}, {0.09, 0.34}, {0.09, 0.95}, {-0.09, 0.95}}), look.accent);
}

void rocket_on_pad(const Brush& b, const Look& look) {
  for (int i = 0; i < 4; ++i) {
    const double y = 0.86 - 0.42 * i;
    b.line({{0.42, y}, {0.76, y - 0.42}}, 0.04, {0.6F, 0.25F, 0.2F});
    b.line({{0.76, y}, {0.42, y - 0.42}}, 0.04, {0.6F, 0.25F, 0.2F});
  }
  for (const double x : {0.42, 0.76}) b.line({{x, 0.9}, {x, -0.86}}, 0.06, {0.6F, 0.25F, 0.2F});
  b.line({{0.42, -0.3}, {0.1, -0.3}}, 0.06, {0.6F, 0.25F, 0.2F});
  b.fill(polygon({{-0.5, 0.84}, {-0.22, 0.3}, {0.06, 0.3}, {0.34, 0.84}}), look.second);
  b.fill(polygon({{-0.28, 0.8}, {-0.28, -0.58}, {-0.08, -0.98}, {0.12, -0.58}, {0.12, 0.8}}), look.main);
  b.shade(box(-0.28, -0.1, -0.08, 0.12), kBlack);
  b.shade(box(-0.08, 0.12, 0.12, 0.34), kBlack);
  b.shade(box(-0.28, -0.5, 0.12, -0.42), look.accent);
  b.fill(box(-0.8, 0.84, 0.9, 0.96), kSteel);
}

void rocket_part(const Brush& b, const Look&) {
  flame(b, -0.7, 0.4, 1.4);
}

}  // namespace decant::draw
