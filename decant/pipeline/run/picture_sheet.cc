#include "decant/pipeline/run/picture_sheet.h"

#include <algorithm>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/formats/image/codec.h"

namespace decant {
namespace {

constexpr int kGap = 2;
constexpr int kLeastHeight = 64;  ///< that pictures are enlarged to

uint8_t rounded(float value) {
  return static_cast<uint8_t>(std::clamp(std::lround(255 * value), 0L, 255L));
}

/// Where the pictures of a sheet stand.
struct SheetLayout {
  explicit SheetLayout(const ImageSize& picture)
      : size(picture),
        enlarge(std::max(1, kLeastHeight / picture.height)),
        wide(picture.width * enlarge + kGap),
        high(picture.height * enlarge + kGap) {}

  ImageSize size;
  int enlarge;
  int wide;  ///< from one picture to the next
  int high;
};

void paste(const Image& one, const SheetLayout& layout, int column, int row, Image& sheet) {
  const int channels = layout.size.channels;
  for (int y = 0; y < layout.size.height * layout.enlarge; ++y) {
    uint8_t* to = sheet.row(kGap + row * layout.high + y) + int64_t{kGap + column * layout.wide} * channels;
    for (int x = 0; x < layout.size.width * layout.enlarge; ++x)
      to = std::copy_n(one.view().row(y / layout.enlarge) + int64_t{x / layout.enlarge} * channels, channels, to);
  }
}

Image cut_out(Image& sheet, const SheetLayout& layout, int column, int row) {
  Image one;
  one.resize(layout.size);
  for (int y = 0; y < layout.size.height; ++y) {
    const uint8_t* const from =
        sheet.row(kGap + row * layout.high + y * layout.enlarge) + int64_t{kGap + column * layout.wide} * layout.size.channels;
    for (int x = 0; x < layout.size.width; ++x)
      std::copy_n(from + int64_t{x} * layout.enlarge * layout.size.channels, layout.size.channels,
                  one.row(y) + int64_t{x} * layout.size.channels);
  }
  return one;
}

}  // namespace

void draw_picture(const distill::SyntheticSet& set, int64_t number, Image& image) {
  image.resize(set.size);
  const float* const from = set.pixels.data() + number * set.size.bytes();
  std::transform(from, from + set.size.bytes(), image.pixels.begin(), rounded);
}

void write_sheet(const distill::SyntheticSet& set, int most, const std::filesystem::path& file) {
  const SheetLayout layout(set.size);
  const auto across = static_cast<int>(std::min<int64_t>(most, set.per_class));
  Image sheet;
  sheet.resize({across * layout.wide + kGap, set.classes * layout.high + kGap, set.size.channels});
  std::ranges::fill(sheet.pixels, uint8_t{255});
  Image one;
  for (int label = 0; label < set.classes; ++label) {
    for (int i = 0; i < across; ++i) {
      draw_picture(set, label * set.per_class + i, one);
      paste(one, layout, i, label, sheet);
    }
  }
  std::vector<std::byte> png;
  encode_png(sheet.view(), png);
  write_file(file, png);
}

PictureSheet read_sheet(const std::filesystem::path& file, const ImageSize& size) {
  const SheetLayout layout(size);
  const std::string text = read_text(file);
  Image sheet;
  decode_image(as_bytes(text), file.string(), sheet);
  PictureSheet read{.classes = (sheet.size.height - kGap) / layout.high, .across = (sheet.size.width - kGap) / layout.wide};
  const ImageSize expected{read.across * layout.wide + kGap, read.classes * layout.high + kGap, size.channels};
  if (sheet.size != expected || read.classes < 1 || read.across < 1)
    throw InputError({file.string(), "",
                      fmt::format("is no sheet of pictures of {} × {}: it has {} × {} pixels", size.width, size.height, sheet.size.width,
                                  sheet.size.height),
                      "Delete it, or make the synthetic set again"});
  for (int label = 0; label < read.classes; ++label) {
    for (int i = 0; i < read.across; ++i) read.pictures.push_back(cut_out(sheet, layout, i, label));
  }
  return read;
}

}  // namespace decant
