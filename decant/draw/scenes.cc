#include "decant/draw/scenes.h"

#include <algorithm>

#include "decant/base/errors.h"
#include "decant/base/random.h"

namespace decant::draw {

namespace {

Colour draw_colour(Random& random, const Palette& palette) {
  const double hue = draw_between(random, palette.hue - palette.hue_spread, palette.hue + palette.hue_spread);
  const double saturation = draw_between(random, palette.saturation_low, palette.saturation_high);
  const double value = draw_between(random, palette.value_low, palette.value_high);
  return hsv(hue, saturation, value);
}

constexpr Palette kAnyColour{0.5, 0.5, 0.1, 0.85, 0.3, 0.98};

Look draw_look(Random& random, const Palette& palette) {
  Look look;
  look.main = draw_colour(random, palette);
  look.second = draw_colour(random, kAnyColour);
  look.accent = draw_colour(random, kAnyColour);
  for (double& v : look.vary) v = random.uniform();
  return look;
}

Affine draw_place(Random& random, const Framing& framing) {
  const double size = draw_between(random, framing.size_low, framing.size_high);
  const double x = draw_between(random, -framing.off_centre, framing.off_centre);
  const double y = draw_between(random, -framing.off_centre, framing.off_centre);
  const double lean = draw_between(random, -framing.lean, framing.lean);
  const double stretch = draw_between(random, 0.88, 1.12);
  const bool mirrored = random.uniform() < 0.5;
  return shifted(x, y) * rotated(lean) * scaled(mirrored ? -size * stretch : size * stretch, size / stretch);
}

/// A stream index for every exposure of every scene; a burst is far shorter than 2^20.
uint64_t exposure_index(const Scene& scene, int snapshot) {
  return (scene.number << 20) + static_cast<uint64_t>(snapshot);
}

/// The camera: scene to pixels. Later snapshots are taken by a hand that moved about a pixel.
Affine camera(const Scene& scene, int snapshot, int side) {
  const Affine still = shifted(side / 2.0, side / 2.0) * scaled(side / 2.0);
  if (snapshot == 0) return still;
  Random random(scene.seed, "draw hand", exposure_index(scene, snapshot));
  const double x = draw_between(random, -0.05, 0.05);
  const double y = draw_between(random, -0.05, 0.05);
  const double zoom = draw_between(random, 0.97, 1.03);
  const double turn = draw_between(random, -0.006, 0.006);
  return still * shifted(x, y) * rotated(turn) * scaled(zoom);
}

/// Parts of other classes' things, strewn away from the middle.
void strew_parts(Canvas& canvas, const Affine& to_pixels, const Scene& scene, const Ink& ink, int count, Random& random) {
  for (int i = 0; i < count; ++i) {
    const auto other = static_cast<size_t>(random.below(kClassCount - 1));
    const auto& stranger = catalogue()[other < static_cast<size_t>(scene.object_class) ? other : other + 1];
    const double distance = draw_between(random, 0.7, 1.05);
    const Point at = distance * direction(random.uniform());
    const double size = draw_between(random, 0.14, 0.3);
    const double turn = random.uniform();
    const Look look = draw_look(random, kAnyColour);
    stranger.part(Brush(canvas, to_pixels * shifted(at.x, at.y) * rotated(turn) * scaled(size), ink), look);
  }
}

/// Something in front: a post, a leaf of paper, a finger over the lens.
void occlude(Canvas& canvas, const Affine& to_pixels, Random& random) {
  const Colour colour = draw_colour(random, kAnyColour);
  const double turn = random.uniform();
  const double offset = draw_between(random, 0.1, 0.8);
  const double width = draw_between(random, 0.08, 0.26);
  const int kind = static_cast<int>(random.below(3));
  const Affine place = to_pixels * rotated(turn);
  if (kind == 0) canvas.fill(box(offset, -2, offset + width, 2), place, colour);
  if (kind == 1) canvas.fill(rounded(offset - 0.1, -0.3, offset + 0.4, 0.3, 0.05), place, colour);
  if (kind == 2) canvas.fill(disc(1.1, 0, 0.25 + width), place, colour, 0.9);
}

/// Light across the scene: brightness, contrast, a tint, and a gradient from one side to the other.
void light(Canvas& canvas, Random& random, double exposure) {
  const double brightness = exposure + draw_between(random, -0.1, 0.1);
  const double contrast = draw_between(random, 0.62, 1.05);
  const Colour tint = draw_colour(random, {0.5, 0.5, 0.0, 0.15, 1, 1});
  const double slant = draw_between(random, 0.0, 0.22);
  const Point towards = slant * direction(random.uniform());
  const double half = canvas.side() / 2.0;
  canvas.shade([&](Point p, Colour c) {
    const double slope = towards.x * (p.x / half - 1) + towards.y * (p.y / half - 1);
    const Colour lit = contrast * c + grey(0.5 - 0.5 * contrast + brightness);
    return (1 + slope) * Colour{lit.r * tint.r, lit.g * tint.g, lit.b * tint.b};
  });
}

/// Sensor noise: each channel's own, nearly normal (four uniform bytes summed), and a share common
/// to all three.
void add_noise(Canvas& canvas, Random& random, double sigma) {
  const auto bell = [&] {
    const uint32_t bits = random.bits32();
    const int sum = static_cast<int>((bits & 255) + ((bits >> 8) & 255) + ((bits >> 16) & 255) + (bits >> 24)) - 510;
    return sum / 147.8;  // the standard deviation of four bytes' sum
  };
  canvas.shade([&](Point, Colour c) {
    const double common = bell();
    const double red = bell();
    const double blue = bell();
    const Colour grain{static_cast<float>(0.5 * red), 0, static_cast<float>(0.5 * blue)};
    return c + sigma * (grain + grey(common));
  });
}

}  // namespace

namespace {

/// The i-th place of nine, in rows of three, a little off.
Affine place_of_thing(Random& random, int64_t place, const Framing& framing) {
  const double x = 0.6 * static_cast<double>(place % 3 - 1) + draw_between(random, -0.08, 0.08);
  const double y = 0.6 * static_cast<double>(place / 3 - 1) + draw_between(random, -0.08, 0.08);
  const double size = draw_between(random, 0.2, 0.36);
  const double lean = draw_between(random, -framing.lean, framing.lean);
  const bool mirrored = random.uniform() < 0.5;
  return shifted(x, y) * rotated(lean) * scaled(mirrored ? -size : size, size);
}

/// A mode by the shares of a class's pictures.
const Mode& drawn_mode(Random& random, const ObjectClass& of) {
  double left = random.uniform();
  size_t mode = 0;
  while (mode + 1 < kModeShares.size() && left >= kModeShares[mode]) left -= kModeShares[mode++];
  return of.modes[mode];
}

}  // namespace

void draw_gathering(const Gathering& gathering, int side, Image& image, std::vector<uint8_t>& marks) {
  DECANT_CHECK(std::ssize(gathering.classes), <=, int64_t{kMostThings});
  Random random(gathering.seed, "draw gathering", gathering.number);
  const Affine to_pixels = shifted(side / 2.0, side / 2.0) * scaled(side / 2.0);
  Canvas canvas(side);
  constexpr std::array<Setting, 6> kSettings = {Setting::meadow, Setting::street,  Setting::table,
                                                Setting::room,   Setting::pattern, Setting::sky};
  paint_setting(canvas, to_pixels, kSettings[random.below(kSettings.size())], random);
  const std::vector<int64_t> places = random.permutation(kMostThings);
  for (size_t i = 0; i < gathering.classes.size(); ++i) {
    const Mode& mode = drawn_mode(random, catalogue()[static_cast<size_t>(gathering.classes[i])]);
    const Affine place = place_of_thing(random, places[i], mode.framing);
    canvas.mark_as(static_cast<uint8_t>(i + 1));
    mode.view(Brush(canvas, to_pixels * place, ink_of(mode.style)), draw_look(random, mode.palette));
  }
  canvas.mark_as(0);
  light(canvas, random, 0);
  add_noise(canvas, random, draw_between(random, 0.005, 0.04));
  canvas.copy_to(image);
  marks = canvas.marks();
}

void draw_scene(const Scene& scene, int snapshot, int side, Image& image) {
  const Mode& mode = catalogue()[static_cast<size_t>(scene.object_class)].modes[static_cast<size_t>(scene.mode)];
  Random composed(scene.seed, "draw scene", scene.number);
  Random exposed(scene.seed, "draw exposure", exposure_index(scene, snapshot));
  const Affine to_pixels = camera(scene, snapshot, side);
  const Ink ink = ink_of(mode.style);

  Canvas canvas(side);
  paint_setting(canvas, to_pixels, mode.settings[composed.below(mode.settings.size())], composed);
  strew_parts(canvas, to_pixels, scene, ink, 2 * scene.clutter, composed);
  const Affine place = draw_place(composed, mode.framing);
  mode.view(Brush(canvas, to_pixels * place, ink), draw_look(composed, mode.palette));
  if (scene.clutter == kClutterLevels - 1) strew_parts(canvas, to_pixels, scene, ink, 1, composed);
  if (composed.uniform() < 0.2) occlude(canvas, to_pixels, composed);

  const double exposure = snapshot == 0 ? 0 : draw_between(exposed, -0.04, 0.04);
  light(canvas, composed, exposure);
  if (composed.uniform() < 0.5) canvas.soften();
  add_noise(canvas, exposed, draw_between(composed, 0.005, 0.05));
  canvas.copy_to(image);
}

}  // namespace decant::draw
