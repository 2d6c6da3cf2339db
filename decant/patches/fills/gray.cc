// Mid-gray, whatever the picture.
#include <algorithm>

#include "decant/patches/fills/list.h"

namespace decant::patches {
namespace {

constexpr uint8_t kMidGray = 128;

class GrayFill final : public Filler {
 public:
  void fill(std::span<const Filling> pictures) const override {
    for (const auto& [image, mask] : pictures) {
      for (int cell = 0; cell < mask->grid.count(); ++cell) {
        if (!mask->kept[static_cast<size_t>(cell)]) paint(*image, mask->grid.pixels(cell));
      }
    }
  }

 private:
  static void paint(Image& image, const PatchRect& cell) {
    const int channels = image.size.channels;
    for (int y = cell.top; y < cell.bottom; ++y)
      std::fill_n(image.row(y) + int64_t{cell.left} * channels, int64_t{cell.width()} * channels, kMidGray);
  }
};

}  // namespace

std::shared_ptr<const Filler> make_gray_fill() {
  return std::make_shared<GrayFill>();
}

}  // namespace decant::patches
