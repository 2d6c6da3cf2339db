#include "decant/report/cards/thumbnail.h"

#include <algorithm>

#include "decant/formats/image/codec.h"
#include "decant/kernels/resize.h"

namespace decant::report {

Image shrunk(const Image& image, int side) {
  const int longer = std::max(image.size.width, image.size.height);
  if (longer <= side) return image;
  const auto scaled = [&](int length) { return std::max(1, static_cast<int>((int64_t{length} * side + longer / 2) / longer)); };
  Image small;
  small.resize({scaled(image.size.width), scaled(image.size.height), image.size.channels});
  resize_bilinear(image.pixels.data(), image.size.width, image.size.height, image.size.channels, small.pixels.data(), small.size.width,
                  small.size.height);
  return small;
}

std::vector<std::byte> as_thumbnail(const Image& image) {
  constexpr int kQuality = 80;
  std::vector<std::byte> jpeg;
  encode_jpeg(image.view(), kQuality, jpeg, Chroma::full);
  return jpeg;
}

}  // namespace decant::report
