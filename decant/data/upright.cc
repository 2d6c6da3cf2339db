#include "decant/data/upright.h"

#include <cstring>
#include <utility>

#include "decant/base/errors.h"

namespace decant {

void turn_upright(Image& image, int orientation) {
  DECANT_CHECK(orientation >= 1 && orientation <= 8, ==, true);
  if (orientation == 1) return;
  const bool sides_swapped = orientation >= 5;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const ImageSize stored = image.size;
  const auto channels = static_cast<size_t>(stored.channels);
  Image shown;
  shown.resize(sides_swapped ? ImageSize{stored.height, stored.width, stored.channels} : stored);
  for (int y = 0; y < shown.size.height; ++y) {
    for (int x = 0; x < shown.size.width; ++x) {
      const int column = sides_swapped ? y : x, line = sides_swapped ? x : y;
      const uint8_t* const from = image.row(from_below ? stored.height - 1 - line : line) +
                                  static_cast<size_t>(from_right ? stored.width - 1 - column : column) * channels;
      std::memcpy(shown.row(y) + static_cast<size_t>(x) * channels, from, channels);
    }
  }
  image = std::move(shown);
}

void decode_as_annotated(const Rows& rows, int64_t row, Image& image) {
  rows.pictures()->decode(row, image);
  if (rows.targets() != nullptr) turn_upright(image, rows.targets()->orientation(row));
}

}  // namespace decant
