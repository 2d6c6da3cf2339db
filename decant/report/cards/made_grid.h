// How many of the pictures that were made a page has room for, and each of them as a picture of the
// page.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "decant/data/image.h"

namespace decant::report {

constexpr int kMostMade = 200;        ///< pictures of one stage
constexpr int kMadePixels = 640'000;  ///< bytes of raw pixels of one stage
constexpr int kExactSide = 40;        ///< larger ones are shown as JPEG

struct MadeGrid {
  int classes = 0;
  int across = 0;  ///< pictures of each
};

/// As many classes as there is room for, then as many pictures of each; at least one of each.
MadeGrid room_for_made(int classes, int across, const ImageSize& size);

struct MadePicture {
  ImageSize size;
  std::string source;  ///< data: URI
};

/// At most kThumbnailSide pixels long: a small one exactly, as PNG.
MadePicture made_picture(const Image& image);

}  // namespace decant::report
