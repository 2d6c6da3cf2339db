// Scenes: which modes a class has, and how one picture of a mode is composed and photographed.
//
// A mode is a usual way to see a thing: a view, a style, a few settings, a framing, a range of
// colours. Every class has six, and they are as unequal as ways of seeing are: kModeShares of a
// class's pictures fall to its six modes.
//
// A scene is composed from the random stream of its number alone; a snapshot is one exposure of it,
// from a stream of its own. Two snapshots of one scene are near-duplicates, like two frames of a
// video: the same objects in the same places, the camera a little moved, the light a little
// changed, other noise.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "decant/data/image.h"
#include "decant/draw/brush.h"
#include "decant/draw/settings.h"

namespace decant::draw {

constexpr int kClassCount = 12;
constexpr int kModeCount = 6;
constexpr std::array<double, kModeCount> kModeShares = {0.45, 0.25, 0.15, 0.08, 0.05, 0.02};
constexpr int kClutterLevels = 4;  ///< 0 none … 3 crowded

/// How large the thing is (half its side, the picture's half side being 1), how far off the middle,
/// how much it leans.
struct Framing {
  double size_low;
  double size_high;
  double off_centre;
  double lean;  ///< turns, either way
};

/// Hue in turns around `hue`; saturation and value from their lows to their highs.
struct Palette {
  double hue;
  double hue_spread;
  double saturation_low, saturation_high;
  double value_low, value_high;
};

struct Mode {
  const char* name;
  View view;
  Style style;
  std::array<Setting, 3> settings;  ///< drawn from evenly
  Framing framing;
  Palette palette;
};

struct ObjectClass {
  const char* name;
  View part;
  std::array<Mode, kModeCount> modes;
};

/// The twelve classes, in the order of their names.
const std::array<ObjectClass, kClassCount>& catalogue();

struct Scene {
  uint64_t seed = 0;
  uint64_t number = 0;  ///< which scene under the seed
  int object_class = 0;
  int mode = 0;
  int clutter = 0;  ///< 0 … kClutterLevels − 1
};

/// Several things in one setting, each with a place of its own.
struct Gathering {
  uint64_t seed = 0;
  uint64_t number = 0;
  std::vector<int> classes;  ///< of the things, from back to front; at most kMostThings
};
constexpr int kMostThings = 9;

/// Draws it, side × side RGB, and says where each thing is seen: `marks` (side, side) are 0, or i +
/// 1 for the i-th thing. A thing may be hidden by others. Depends on nothing but its arguments.
void draw_gathering(const Gathering& gathering, int side, Image& image, std::vector<uint8_t>& marks);

/// Draws one exposure of a scene, side × side RGB. Snapshot 0 is the scene as composed; higher ones
/// are near-duplicates of it. Depends on nothing but its arguments. About 0.3 ms at 48 pixels.
void draw_scene(const Scene& scene, int snapshot, int side, Image& image);

}  // namespace decant::draw
