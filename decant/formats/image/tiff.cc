// The first picture of a TIFF, by libtiff: grey of 1 to 16 bits, palettes, RGB of 8 or 16 bits,
// CMYK of 8, JPEG's YCbCr; in strips or tiles, planes together or apart. Turned as its tag says, as
// in PIL. Floats, signed numbers and Lab are refused.
#include <tiffio.h>
#include <vector>

#include "decant/formats/image/each_codec.h"
#include "decant/formats/image/tiff_colours.h"
#include "decant/formats/image/tiff_reader.h"

namespace decant::image_codec {
namespace {

/// Where the stored pixel of what is shown at (x, y) lies.
struct StoredAt {
  uint32_t x = 0, y = 0;
};
StoredAt stored_at(const TiffTags& tags, uint32_t x, uint32_t y) {
  const uint32_t right = tags.width - 1;
  const uint32_t bottom = tags.height - 1;
  switch (tags.orientation) {
    case ORIENTATION_TOPRIGHT:
      return {right - x, y};
    case ORIENTATION_BOTRIGHT:
      return {right - x, bottom - y};
    case ORIENTATION_BOTLEFT:
      return {x, bottom - y};
    case ORIENTATION_LEFTTOP:
      return {y, x};
    case ORIENTATION_RIGHTTOP:
      return {y, bottom - x};
    case ORIENTATION_RIGHTBOT:
      return {right - y, bottom - x};
    case ORIENTATION_LEFTBOT:
      return {right - y, x};
    default:
      return {x, y};
  }
}

bool is_tiff(Bytes bytes) {
  for (const std::string_view signature :
       {std::string_view("II*\0", 4), std::string_view("MM\0*", 4), std::string_view("II+\0", 4), std::string_view("MM\0+", 4)}) {
    if (starts_with(bytes, signature)) return true;
  }
  return false;
}

ImageSize probe_tiff(Bytes bytes, std::string_view name) {
  return TiffReader(bytes, name).tags().size();
}

void decode_tiff(Bytes bytes, std::string_view name, int /*min_side*/, Image& image) {
  TiffReader file(bytes, name);
  const TiffTags& tags = file.tags();
  const std::vector<uint8_t> samples = file.samples();
  const TiffColours colours(file);
  image.resize(tags.size());
  for (int y = 0; y < image.size.height; ++y) {
    uint8_t* out = image.row(y);
    for (int x = 0; x < image.size.width; ++x, out += image.size.channels) {
      const StoredAt from = stored_at(tags, static_cast<uint32_t>(x), static_cast<uint32_t>(y));
      colours.convert(&samples[(size_t{from.y} * tags.width + from.x) * tags.samples], out);
    }
  }
}

}  // namespace

const CodecEntry& tiff_codec() {
  static const CodecEntry entry = {Codec::tiff, "TIFF", ".tif", is_tiff, probe_tiff, decode_tiff};
  return entry;
}

}  // namespace decant::image_codec
