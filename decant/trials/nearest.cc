#include "decant/trials/nearest.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "decant/loader/image_table.h"

namespace decant::trials {
namespace {

std::vector<uint8_t> pixels_of(const Rows& rows, int64_t row, ImageSize size) {
  Image image;
  rows.pictures()->decode(row, image);
  std::vector<uint8_t> pixels(static_cast<size_t>(size.bytes()));
  loader::fit_picture(image, size, pixels.data());
  return pixels;
}

int64_t squared_distance(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
  constexpr size_t kBlock = 1024;  // squares that 32 bits hold
  int64_t sum = 0;
  for (size_t begin = 0; begin < a.size(); begin += kBlock) {
    int32_t part = 0;
    for (size_t i = begin; i < std::min(a.size(), begin + kBlock); ++i) {
      const int32_t d = int32_t{a[i]} - b[i];
      part += d * d;
    }
    sum += part;
  }
  return sum;
}

}  // namespace

std::vector<double> nearest_distances(const Rows& rows, const Subset& asked, const Rows& set, int side) {
  Image first;
  set.pictures()->decode(0, first);
  const ImageSize size{side, side, first.size.channels};
  std::vector<std::vector<uint8_t>> shown;
  for (int64_t i = 0; i < set.size(); ++i) shown.push_back(pixels_of(set, i, size));
  std::vector<double> nearest;
  for (const int64_t row : asked) {
    const std::vector<uint8_t> own = pixels_of(rows, row, size);
    int64_t least = std::numeric_limits<int64_t>::max();
    for (const std::vector<uint8_t>& other : shown) least = std::min(least, squared_distance(own, other));
    nearest.push_back(static_cast<double>(least) / static_cast<double>(size.bytes()));
  }
  return nearest;
}

}  // namespace decant::trials
