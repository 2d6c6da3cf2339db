// Fishes and birds.
#include "decant/draw/objects.h"

namespace decant::draw {

namespace {

void eye(const Brush& b, double x, double y, double r) {
  b.fill(disc(x, y, r), kWhite);
  b.shade(disc(x, y, 0.55 * r), kBlack);
}

}  // namespace

// All fishes and birds look to the right.

void fish_side(const Brush& b, const Look& look) {
  const double h = look.between(0, 0.36, 0.5);
  b.fill(polygon({{-0.5, 0}, {-0.96, -0.46}, {-0.82, 0}, {-0.96, 0.46}}), look.second);
  b.fill(polygon({{-0.25, -h * 0.8}, {0.05, -h - 0.26}, {0.3, -h * 0.7}}), look.second);
  b.fill(blob({{-0.62, 0}, {-0.2, -h * 0.85}, {0.35, -h}, {0.8, -0.2}, {0.92, 0.04}, {0.75, 0.24}, {0.3, h}, {-0.2, h * 0.8}}), look.main);
  b.shade(ellipse(0.2, h * 0.6, 0.4, h * 0.3), lighter(look.main), 0.7);
  if (look.chance(1, 0.4)) {
    for (const double x : {-0.3, 0.0, 0.3}) b.shade(ellipse(x, 0, 0.05, h * 0.75), look.accent);
  }
  b.line(curve({{0.46, -h * 0.55}, {0.4, 0}, {0.46, h * 0.55}}), 0.04, darker(look.main));
  b.fill(polygon({{0.12, 0.06}, {-0.18, 0.32}, {-0.14, 0.02}}), look.second);
  eye(b, 0.66, -0.08, 0.1);
}

void fish_angel(const Brush& b, const Look& look) {
  b.fill(blob({{0.2, -0.3}, {-0.3, -0.98}, {-0.55, -0.95}, {-0.35, -0.2}}), look.second);
  b.fill(blob({{0.2, 0.3}, {-0.3, 0.98}, {-0.55, 0.95}, {-0.35, 0.2}}), look.second);
  b.fill(polygon({{-0.4, 0}, {-0.85, -0.3}, {-0.78, 0}, {-0.85, 0.3}}), look.second);
  b.fill(blob({{-0.5, 0}, {-0.2, -0.46}, {0.2, -0.5}, {0.7, -0.05}, {0.76, 0.04}, {0.2, 0.5}, {-0.2, 0.46}}), look.main);
  for (const double x : {-0.25, 0.12}) b.shade(ellipse(x, 0, 0.06, 0.44), look.accent);
  eye(b, 0.48, -0.08, 0.1);
}

void fish_puffer(const Brush& b, const Look& look) {
  b.fill(star(0, 0, 14, 0.86, 0.62), darker(look.main, 0.2));
  b.fill(polygon({{-0.5, 0}, {-0.98, -0.26}, {-0.9, 0}, {-0.98, 0.26}}), look.second);
  b.fill(disc(0, 0, 0.66), look.main);
  b.shade(ellipse(0.05, 0.3, 0.46, 0.28), kWhite, 0.8);
  b.fill(ellipse(0.68, 0.1, 0.08, 0.1), look.second);
  b.fill(polygon({{-0.02, 0.0}, {-0.3, -0.16}, {-0.3, 0.2}}), look.second);
  eye(b, 0.36, -0.2, 0.16);
}

void fish_bones(const Brush& b, const Look& look) {
  const Colour bone = lighter(look.main, 0.8);
  b.line({{-0.75, 0}, {0.5, 0}}, 0.08, bone);
  for (int i = 0; i < 5; ++i) {
    const double x = -0.45 + 0.2 * i;
    const double h = 0.2 + 0.06 * i;
    b.line({{x - 0.1, -h}, {x, 0}, {x - 0.1, h}}, 0.06, bone);
  }
  b.fill(polygon({{-0.7, 0}, {-0.98, -0.34}, {-0.88, 0}, {-0.98, 0.34}}), bone);
  b.fill(blob({{0.42, -0.3}, {0.66, -0.3}, {0.96, 0.04}, {0.66, 0.3}, {0.42, 0.3}, {0.48, 0}}), bone);
  b.shade(disc(0.66, -0.06, 0.08), kBlack);
}

void fish_part(const Brush& b, const Look& look) {
  b.fill(blob({{0.7, 0}, {0, -0.25}, {-0.7, -0.7}, {-0.45, 0}, {-0.7, 0.7}, {0, 0.25}}), look.second);
}

void bird_perched(const Brush& b, const Look& look) {
  b.line({{-0.95, 0.78}, {0.95, 0.7}}, 0.09, kWood);
  for (const double x : {-0.05, 0.12}) b.line({{x, 0.4}, {x, 0.74}}, 0.05, {0.85F, 0.5F, 0.15F});
  b.fill(polygon({{-0.35, 0.1}, {-0.98, 0.5}, {-0.82, 0.62}, {-0.2, 0.4}}), look.second);
  b.fill(blob({{0.3, -0.4}, {0.5, 0.0}, {0.3, 0.42}, {-0.1, 0.5}, {-0.45, 0.25}, {-0.2, -0.15}}), look.main);
  b.fill(polygon({{0.62, -0.6}, {0.95, -0.46}, {0.62, -0.38}}), {0.95F, 0.6F, 0.15F});
  b.fill(disc(0.4, -0.5, look.between(0, 0.28, 0.34)), look.main);
  b.shade(ellipse(0.28, 0.12, 0.16, 0.26), lighter(look.accent, 0.4));
  b.fill(blob({{0.15, -0.1}, {0.1, 0.25}, {-0.3, 0.38}, {-0.55, 0.36}, {-0.2, 0.0}}), look.second);
  eye(b, 0.48, -0.56, 0.09);
}

void bird_flying(const Brush& b, const Look& look) {
  const double lift = look.between(0, -0.95, -0.6);
  b.fill(blob({{0.1, 0.05}, {0.3, -0.35}, {0.35, lift}, {-0.05, lift + 0.35}, {-0.3, 0.02}}), darker(look.second, 0.2));
  b.fill(polygon({{-0.4, 0.14}, {-0.97, 0.02}, {-0.9, 0.2}, {-0.96, 0.4}}), look.second);
  b.fill(blob({{-0.55, 0.18}, {0, -0.06}, {0.5, 0.0}, {0.6, 0.18}, {0.2, 0.38}, {-0.2, 0.34}}), look.main);
  b.fill(polygon({{0.74, 0.0}, {0.98, 0.1}, {0.72, 0.16}}), {0.95F, 0.6F, 0.15F});
  b.fill(disc(0.6, 0.04, 0.19), look.main);
  b.fill(blob({{0.2, 0.12}, {0.1, -0.3}, {-0.3, lift}, {-0.6, lift + 0.1}, {-0.5, -0.2}, {-0.2, 0.16}}), look.second);
  eye(b, 0.65, 0.0, 0.07);
}

void bird_duck(const Brush& b, const Look& look) {
  b.fill(polygon({{0.7, -0.46}, {0.98, -0.36}, {0.7, -0.26}}), {0.95F, 0.6F, 0.1F});
  b.fill(blob({{0.3, -0.2}, {0.62, -0.1}, {0.66, 0.3}, {0.2, 0.4}}), look.second);
  b.fill(blob({{-0.95, -0.08}, {-0.6, 0.06}, {0, 0.02}, {0.55, 0.1}, {0.66, 0.4}, {0.3, 0.7}, {-0.4, 0.7}, {-0.76, 0.4}}), look.main);
  b.fill(disc(0.5, -0.4, look.between(0, 0.25, 0.31)), look.second);
  b.shade(box(0.32, -0.16, 0.64, -0.08), kWhite);
  b.fill(blob({{-0.5, 0.2}, {0.2, 0.16}, {0.3, 0.36}, {0, 0.54}, {-0.5, 0.42}}), darker(look.main, 0.25));
  eye(b, 0.58, -0.46, 0.08);
  b.shade(stroke(curve({{-0.98, 0.68}, {-0.5, 0.74}, {0, 0.68}, {0.5, 0.74}, {0.98, 0.68}}), 0.08), lighter({0.3F, 0.5F, 0.75F}, 0.6), 0.8);
}

void bird_owl(const Brush& b, const Look& look) {
  b.line({{-0.9, 0.86}, {0.9, 0.86}}, 0.1, kWood);
  b.fill(polygon({{-0.5, -0.5}, {-0.52, -0.98}, {-0.12, -0.72}}), look.main);
  b.fill(polygon({{0.5, -0.5}, {0.52, -0.98}, {0.12, -0.72}}), look.main);
  b.fill(blob({{0, -0.78}, {0.5, -0.62}, {0.62, 0.1}, {0.4, 0.78}, {-0.4, 0.78}, {-0.62, 0.1}, {-0.5, -0.62}}), look.main);
  b.shade(ellipse(0, 0.36, 0.32, 0.38), lighter(look.main, 0.5));
  b.fill(blob({{-0.52, -0.1}, {-0.7, 0.3}, {-0.5, 0.72}, {-0.36, 0.3}}), look.second);
  b.fill(blob({{0.52, -0.1}, {0.7, 0.3}, {0.5, 0.72}, {0.36, 0.3}}), look.second);
  for (const double x : {-0.25, 0.25}) {
    b.fill(disc(x, -0.36, 0.24), kWhite);
    b.glow(disc(x, -0.36, look.between(0, 0.13, 0.18)), kLamp);
    b.shade(disc(x, -0.36, 0.08), kBlack);
  }
  b.fill(polygon({{-0.08, -0.22}, {0.08, -0.22}, {0, 0.0}}), {0.95F, 0.6F, 0.15F});
}

void bird_part(const Brush& b, const Look& look) {
  b.fill(blob({{-0.9, 0.1}, {0, -0.28}, {0.8, -0.12}, {0.9, 0}, {0.8, 0.12}, {0, 0.28}}), look.second);
  b.line({{-0.95, 0.1}, {0.7, 0}}, 0.06, lighter(look.second));
}

}  // namespace decant::draw
