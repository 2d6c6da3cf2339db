// Importance laid over its picture, for people.
#pragma once

#include <span>

#include "decant/data/image.h"

namespace decant::patches {

struct MapColour {
  uint8_t red, green, blue;
};

/// The colour of a value of a map: near black for 0, red for 1, the mean, pale yellow for much
/// more. t = v / (1 + v) runs through black, purple, red, orange and yellow, so that equal colours
/// are equal importance in all pictures.
MapColour map_colour(float value);

/// The picture, and to the right of it the same in grey under the colours of its map, half and
/// half: RGB, twice as wide and a narrow gap. A picture below 224 pixels is enlarged by a whole
/// number, one above 512 shrunk to that, along its longer side. REQUIRES: map.size() = side².
Image map_beside_picture(const Image& picture, std::span<const float> map, int side);

}  // namespace decant::patches
