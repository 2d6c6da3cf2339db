// Trees, flowers and mushrooms.
#include "decant/draw/objects.h"

namespace decant::draw {

namespace {

void branch(const Brush& b, Point root, double angle, double length, int depth, const Look& look) {
  const Point tip = root + length * direction(angle);
  b.line({root, tip}, 0.04 + 0.035 * depth, look.main);
  if (depth == 0) return;
  const double spread = look.between(static_cast<size_t>(depth), 0.06, 0.11);
  branch(b, tip, angle - spread, length * 0.72, depth - 1, look);
  branch(b, tip, angle + spread * 0.9, length * 0.68, depth - 1, look);
}

void leaf(const Brush& b, Point root, double turns, double length, Colour colour) {
  b.at(shifted(root.x, root.y) * rotated(turns) * scaled(length))
      .fill(blob({{0, 0}, {0.35, -0.2}, {0.75, -0.15}, {1, 0}, {0.75, 0.15}, {0.35, 0.2}}), colour);
}

/// `count` petals around the origin, reaching to 1.
void petals(const Brush& b, int count, double width, double phase, Colour colour) {
  for (int i = 0; i < count; ++i) {
    b.at(rotated(phase + double(i) / count)).fill(ellipse(0.6, 0, 0.42, width), colour);
  }
}

void toadstool(const Brush& b, Colour cap, Colour spots, Colour stem, double height) {
  b.fill(polygon({{-0.17, -0.1}, {0.17, -0.1}, {0.24, 0.9}, {-0.24, 0.9}}), stem);
  b.fill(polygon({{-0.2, 0.12}, {0.2, 0.12}, {0.32, 0.3}, {-0.32, 0.3}}), stem);
  b.shade(ellipse(0, 0.0, 0.8, 0.14), darker(stem, 0.35));
  b.fill(dome(0, 0.04, 0.9, height), cap);
  for (const Point p :
       {Point{-0.5, -0.2}, Point{-0.05, -0.5}, Point{0.45, -0.28}, Point{0.02, -0.12}, Point{0.68, -0.08}, Point{-0.75, -0.06}}) {
    b.shade(ellipse(p.x, p.y * height / 0.8, 0.12, 0.09), spots);
  }
}

}  // namespace

void tree_broadleaf(const Brush& b, const Look& look) {
  b.fill(polygon({{-0.1, -0.1}, {0.1, -0.1}, {0.18, 0.95}, {-0.18, 0.95}}), kWood);
  b.line({{0, 0.25}, {0.3, -0.05}}, 0.08, kWood);
  const double w = look.between(0, 0.36, 0.46);
  const Point crown[] = {{-0.45, -0.05}, {0.45, -0.05}, {-0.3, -0.45}, {0.32, -0.42}, {0, -0.6}, {0, -0.15}};
  for (const Point p : crown) b.fill(disc(p.x * look.between(1, 0.9, 1.2), p.y, w), look.main);
  for (const Point p : crown) b.shade(disc(p.x * 0.9, p.y - 0.06, 0.8 * w), look.main);
  for (const Point p : crown) b.shade(disc(p.x - 0.1, p.y - 0.14, 0.3 * w), lighter(look.main, 0.22));
  if (look.chance(2, 0.25)) {
    for (const Point p : crown) b.shade(disc(p.x + 0.1, p.y + 0.1, 0.07), {0.85F, 0.15F, 0.12F});
  }
}

void tree_fir(const Brush& b, const Look& look) {
  b.fill(box(-0.1, 0.6, 0.1, 0.97), kWood);
  const int tiers = 3 + look.pick(0, 2);
  for (int i = tiers - 1; i >= 0; --i) {
    const double top = -0.98 + 1.25 * i / tiers;
    const double half = 0.28 + 0.42 * (i + 1) / tiers;
    b.fill(polygon({{0, top}, {half, top + 0.6}, {0.5 * half, top + 0.54}, {0, top + 0.6}, {-0.5 * half, top + 0.54}, {-half, top + 0.6}}),
           mix(look.main, darker(look.main), double(i) / tiers));
    if (look.chance(1, 0.3)) b.shade(polygon({{0, top}, {0.3 * half, top + 0.2}, {-0.3 * half, top + 0.2}}), kWhite);
  }
}

void tree_palm(const Brush& b, const Look& look) {
  const double lean = look.between(0, -0.3, 0.3);
  b.line(curve({{lean * 1.1, 0.97}, {lean * 0.3, 0.4}, {0, -0.35}}), 0.16, kWood);
  for (const double y : {0.7, 0.45, 0.2, -0.05}) b.shade(ellipse(lean * (y + 0.35) * 0.7, y, 0.1, 0.025), darker(kWood));
  const Brush top = b.at(shifted(0, -0.4));
  for (int i = 0; i < 7; ++i) {
    const double s = i / 3.0 - 1;  // −1 left … 1 right
    const double droop = s * s;
    top.fill(blob({{0, 0.04}, {0.45 * s, -0.4 + 0.25 * droop}, {0.95 * s, -0.45 + 0.85 * droop}, {0.5 * s + 0.03, -0.2 + 0.32 * droop}}),
             i % 2 == 0 ? look.main : darker(look.main, 0.18));
  }
  for (const double x : {-0.08, 0.08}) top.fill(disc(x, 0.08, 0.08), darker(kWood));
}

void tree_bare(const Brush& b, const Look& look) {
  branch(b, {0, 0.97}, look.between(0, 0.735, 0.765), 0.62, 4, look);
}

void tree_part(const Brush& b, const Look& look) {
  leaf(b, {-0.8, 0}, 0, 1.6, look.main);
  b.line({{-0.9, 0}, {0.5, 0}}, 0.08, darker(look.main));
}

void flower_daisy(const Brush& b, const Look& look) {
  b.line(curve({{0, -0.3}, {0.06, 0.3}, {0, 0.98}}), 0.09, kLeaf);
  leaf(b, {0.04, 0.55}, -0.08, 0.6, kLeaf);
  leaf(b, {0.02, 0.72}, 0.57, 0.55, kLeaf);
  const Brush head = b.at(shifted(0, -0.4) * scaled(0.58));
  petals(head, 6 + look.pick(0, 5), look.between(1, 0.18, 0.26), look.vary[2], look.main);
  head.fill(disc(0, 0, 0.32), look.accent);
}

void flower_tulip(const Brush& b, const Look& look) {
  b.line(curve({{0, -0.1}, {-0.04, 0.4}, {0, 0.98}}), 0.09, kLeaf);
  b.fill(blob({{0, 0.95}, {0.2, 0.4}, {0.5, -0.02}, {0.42, 0.5}}), kLeaf);
  b.fill(blob({{0, 0.95}, {-0.2, 0.45}, {-0.52, 0.1}, {-0.4, 0.6}}), kLeaf);
  const double open = look.between(0, 0.34, 0.46);
  b.fill(polygon({{-0.28, -0.5}, {0, -0.95}, {0.28, -0.5}}), darker(look.main, 0.2));
  b.fill(blob({{0, 0.06}, {-0.36, -0.1}, {-open, -0.55}, {-open * 0.9, -0.88}, {-0.14, -0.5}, {0, -0.3}}), look.main);
  b.fill(blob({{0, 0.06}, {0.36, -0.1}, {open, -0.55}, {open * 0.9, -0.88}, {0.14, -0.5}, {0, -0.3}}), look.main);
  b.fill(ellipse(0, -0.28, 0.22, 0.34), lighter(look.main, 0.2));
}

void flower_face(const Brush& b, const Look& look) {
  const int count = 7 + look.pick(0, 6);
  petals(b, count, 0.24, look.vary[1], darker(look.main, 0.15));
  petals(b.at(scaled(0.86)), count, 0.2, look.vary[1] + 0.5 / count, look.main);
  b.fill(disc(0, 0, look.between(2, 0.24, 0.36)), look.accent);
  b.shade(disc(0.03, 0.03, 0.16), darker(look.accent, 0.35));
}

void flower_potted(const Brush& b, const Look& look) {
  const Point heads[] = {{-0.42, -0.3}, {0.4, -0.38}, {0, -0.66}};
  for (const Point p : heads) b.line(curve({p, {p.x * 0.5, p.y + 0.4}, {0, 0.35}}), 0.06, kLeaf);
  leaf(b, {0, 0.3}, -0.06, 0.6, kLeaf);
  leaf(b, {0, 0.3}, 0.56, 0.6, kLeaf);
  for (const Point p : heads) {
    const Brush head = b.at(shifted(p.x, p.y) * scaled(0.32));
    petals(head, 5 + look.pick(0, 2), 0.3, look.vary[1], look.main);
    head.fill(disc(0, 0, 0.3), look.accent);
  }
  b.fill(polygon({{-0.42, 0.42}, {0.42, 0.42}, {0.3, 0.96}, {-0.3, 0.96}}), {0.72F, 0.38F, 0.24F});
  b.fill(box(-0.5, 0.32, 0.5, 0.48), {0.78F, 0.44F, 0.28F});
}

void flower_part(const Brush& b, const Look& look) {
  b.fill(blob({{0, 0.85}, {-0.4, 0.1}, {-0.3, -0.6}, {0, -0.75}, {0.3, -0.6}, {0.4, 0.1}}), look.main);
}

void mushroom_toadstool(const Brush& b, const Look& look) {
  toadstool(b, look.main, kWhite, {0.93F, 0.90F, 0.82F}, look.between(0, 0.68, 0.92));
}

void mushroom_bolete(const Brush& b, const Look& look) {
  const Colour stem{0.88F, 0.80F, 0.64F};
  b.fill(blob({{-0.2, -0.15}, {0.2, -0.15}, {0.34, 0.5}, {0.3, 0.92}, {-0.3, 0.92}, {-0.34, 0.5}}), stem);
  b.shade(ellipse(0.12, 0.5, 0.1, 0.3), darker(stem, 0.2));
  b.fill(ellipse(0, 0.0, 0.76, 0.16), {0.80F, 0.72F, 0.42F});
  b.fill(blob({{-0.92, 0.0},
               {-0.8, -0.4},
               {-0.3, look.between(0, -0.85, -0.65)},
               {0.3, look.between(0, -0.85, -0.65)},
               {0.8, -0.4},
               {0.92, 0.0},
               {0, -0.08}}),
         look.main);
  b.shade(ellipse(-0.3, -0.45, 0.22, 0.1), lighter(look.main, 0.3));
}

void mushroom_cluster(const Brush& b, const Look& look) {
  const double places[][3] = {{-0.52, 0.1, 0.34}, {0.5, 0.0, 0.36}, {0.02, -0.42, 0.42}};
  for (const auto& [x, y, r] : places) {
    b.line(curve({{x, y}, {x * 0.8, 0.5}, {x * 0.45, 0.96}}), 0.13, {0.92F, 0.88F, 0.76F});
    b.fill(dome(x, y + 0.05, r, r * look.between(0, 1.1, 1.5)), look.main);
    b.shade(ellipse(x - 0.3 * r, y - 0.4 * r, 0.25 * r, 0.3 * r), lighter(look.main, 0.35));
  }
  b.fill(ellipse(0, 0.96, 0.5, 0.1), kLeaf);
}

void mushroom_from_above(const Brush& b, const Look& look) {
  b.fill(blob({{-0.9, 0.1}, {-0.6, -0.68}, {0.1, -0.88}, {0.8, -0.5}, {0.88, 0.2}, {0.45, 0.8}, {-0.4, 0.82}}), look.main);
  b.shade(disc(-0.1, -0.1, 0.5), lighter(look.main, 0.12));
  const double turn = look.vary[0];
  for (int i = 0; i < 7; ++i) {
    const Point p = 0.62 * direction(turn + i / 7.0);
    b.shade(disc(p.x, p.y, 0.11), kWhite);
  }
  for (int i = 0; i < 3; ++i) {
    const Point p = 0.26 * direction(turn + i / 3.0);
    b.shade(disc(p.x, p.y, 0.13), kWhite);
  }
}

void mushroom_part(const Brush& b, const Look& look) {
  b.fill(dome(0, 0.4, 0.85, 0.9), look.main);
  b.shade(disc(-0.3, 0, 0.14), kWhite);
  b.shade(disc(0.3, 0.1, 0.14), kWhite);
}

}  // namespace decant::draw
