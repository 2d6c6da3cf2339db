#include "decant/data/rotated_rows.h"

#include <algorithm>

namespace decant {

void turn(ImageView from, int quarters, Image& to) {
  const int width = from.size.width, height = from.size.height, channels = from.size.channels;
  const bool swaps = quarters % 2 == 1;
  to.resize({swaps ? height : width, swaps ? width : height, channels});
  for (int y = 0; y < to.size.height; ++y) {
    uint8_t* out = to.row(y);
    for (int x = 0; x < to.size.width; ++x, out += channels) {
      const int at_x = quarters == 0 ? x : quarters == 1 ? width - 1 - y : quarters == 2 ? width - 1 - x : y;
      const int at_y = quarters == 0 ? y : quarters == 1 ? x : quarters == 2 ? height - 1 - y : height - 1 - x;
      std::copy_n(from.row(at_y) + static_cast<ptrdiff_t>(at_x) * channels, channels, out);
    }
  }
}

Subset RotatedRows::of(const Subset& rows) {
  std::vector<int64_t> all;
  for (const int64_t row : rows) {
    for (int64_t k = 0; k < kRotations; ++k) all.push_back(kRotations * row + k);
  }
  return Subset(std::move(all));
}

void RotatedRows::decode(int64_t row, Image& image) const {
  Image upright;
  rows_->pictures()->decode(row / kRotations, upright);
  turn(upright.view(), static_cast<int>(row % kRotations), image);
}

}  // namespace decant
