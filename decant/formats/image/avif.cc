// The first picture of an AVIF, by libavif, its alpha dropped; where the build has that library.
// Grey ones come as three alike channels.
//
// How many pixels n bytes can hold. A superblock of 128 × 128 pixels of one colour costs less than
// a byte: the bound is that of lossless formats, 4096 pixels per byte, and 2^24 pixels to anyone.
#include "decant/formats/image/each_codec.h"

#ifdef DECANT_HAS_AVIF
#include <algorithm>
#include <avif/avif.h>
#include <memory>

namespace decant::image_codec {
namespace {

constexpr int64_t kAvifPixelsPerByte = 4096;
constexpr int64_t kAvifFree = int64_t{1} << 24;

struct DestroyAvif {
  void operator()(avifDecoder* decoder) const { avifDecoderDestroy(decoder); }
};
using AvifDecoder = std::unique_ptr<avifDecoder, DestroyAvif>;

void require_avif(avifResult result, std::string_view name) {
  if (result == AVIF_RESULT_OK) return;
  fail(name, fmt::format("is a damaged or truncated AVIF: libavif says '{}'", avifResultToString(result)), "Fetch it again");
}

AvifDecoder open_avif(Bytes bytes, std::string_view name) {
  AvifDecoder decoder(avifDecoderCreate());
  decoder->maxThreads = 1;
  decoder->imageSizeLimit = static_cast<uint32_t>(kMaxPixels);
  decoder->ignoreExif = decoder->ignoreXMP = AVIF_TRUE;
  require_avif(avifDecoderSetIOMemory(decoder.get(), reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()), name);
  require_avif(avifDecoderParse(decoder.get()), name);
  const avifImage& image = *decoder->image;
  check_claim(name, image.width, image.height, std::max(kAvifFree, kAvifPixelsPerByte * std::ssize(bytes)), bytes.size());
  return decoder;
}

bool is_avif(Bytes bytes) {
  const avifROData data = {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
  return bytes.size() >= 12 && as_text(bytes).substr(4, 4) == "ftyp" && avifPeekCompatibleFileType(&data) == AVIF_TRUE;
}

ImageSize size_of_avif(const avifImage& image) {
  return {static_cast<int>(image.width), static_cast<int>(image.height), 3};
}

ImageSize probe_avif(Bytes bytes, std::string_view name) {
  return size_of_avif(*open_avif(bytes, name)->image);
}

void decode_avif(Bytes bytes, std::string_view name, int /*min_side*/, Image& image) {
  const AvifDecoder decoder = open_avif(bytes, name);
  const ImageSize promised = size_of_avif(*decoder->image);
  require_avif(avifDecoderNextImage(decoder.get()), name);
  image.resize(size_of_avif(*decoder->image));
  if (image.size != promised) fail(name, "is a damaged AVIF: its picture has another size than its header says");
  avifRGBImage rgb;
  avifRGBImageSetDefaults(&rgb, decoder->image);
  rgb.format = AVIF_RGB_FORMAT_RGB;
  rgb.depth = 8;
  rgb.pixels = image.pixels.data();
  rgb.rowBytes = static_cast<uint32_t>(3 * image.size.width);
  require_avif(avifImageYUVToRGB(decoder->image, &rgb), name);
}

}  // namespace

const CodecEntry& avif_codec() {
  static const CodecEntry entry = {Codec::avif, "AVIF", ".avif", is_avif, probe_avif, decode_avif};
  return entry;
}

}  // namespace decant::image_codec
#endif
