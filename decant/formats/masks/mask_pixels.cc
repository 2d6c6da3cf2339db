#include "decant/formats/masks/mask_pixels.h"

#include <cstring>

#include "decant/base/errors.h"
#include "decant/formats/image/png_samples.h"
#include "decant/formats/masks/mask_values.h"

namespace decant::masks {
namespace {

void add_pixels(const PngForm& form, std::span<const uint8_t> line, std::vector<uint32_t>& values) {
  for (int x = 0; x < form.width; ++x) {
    const auto at = static_cast<size_t>(x);
    if (form.channels == 3) {
      values.push_back(static_cast<uint32_t>(line[3 * at] << 16 | line[3 * at + 1] << 8 | line[3 * at + 2]));
    } else if (form.bits == 16) {
      uint16_t value = 0;
      std::memcpy(&value, line.data() + 2 * at, 2);
      values.push_back(value);
    } else {
      const int each = 8 / form.bits, shift = 8 - form.bits - form.bits * (x % each);
      values.push_back(static_cast<uint32_t>(line[static_cast<size_t>(x / each)] >> shift) & ((1U << form.bits) - 1));
    }
  }
}

constexpr int64_t kMostPixels = int64_t{1} << 26;

}  // namespace

MaskPixels read_mask_pixels(Bytes bytes, std::string_view name) {
  const MaskContent content = read_class_mask(bytes, name);  // refuses what is no mask, before anything is kept
  if (int64_t{content.width} * content.height > kMostPixels)
    throw InputError({std::string(name), "", fmt::format("has {} x {} pixels, too many to be held", content.width, content.height),
                      "Cut it into parts"});
  MaskPixels pixels{.width = content.width, .height = content.height, .colours = content.colours};
  pixels.values.reserve(static_cast<size_t>(content.width) * static_cast<size_t>(content.height));
  each_png_line(bytes, name, [&](const PngForm& form, std::span<const uint8_t> line) { add_pixels(form, line, pixels.values); });
  return pixels;
}

}  // namespace decant::masks
