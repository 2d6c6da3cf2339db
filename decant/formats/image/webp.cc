// WebP by libwebp.
//
// How many pixels n bytes can hold. Lossy (VP8): a macroblock of 16 × 16 costs at least its
// prediction modes, whose probabilities are fixed in key frames: about 3.2 bits, 640 pixels per
// byte; 1024 are allowed. Lossless (VP8L): a code with a single symbol costs no bits, so a solid
// colour of any size fits into 30 bytes, and no bound by bytes is true to the format. Copies stand
// for at most 4096 pixels and, once there are two different ones, cost at least a byte between
// them. So: 4096 pixels per byte, and 2^24 pixels (48 MiB) to anyone.
#include <algorithm>
#include <webp/decode.h>

#include "decant/formats/image/each_codec.h"

namespace decant::image_codec {

namespace {

constexpr int64_t kLossyPixelsPerByte = 1024;
constexpr int64_t kLosslessPixelsPerByte = 4096;
constexpr int64_t kLosslessFree = int64_t{1} << 24;
constexpr int kLossy = 1;  // WebPBitstreamFeatures::format

const uint8_t* data_of(Bytes bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

}  // namespace

ImageSize probe_webp(Bytes bytes, std::string_view name) {
  WebPBitstreamFeatures features;
  const VP8StatusCode code = WebPGetFeatures(data_of(bytes), bytes.size(), &features);
  if (code == VP8_STATUS_NOT_ENOUGH_DATA)
    fail(name, fmt::format("is a truncated WebP: it ends at byte {}, inside its header", bytes.size()), "Fetch it again");
  if (code != VP8_STATUS_OK) fail(name, "is a damaged WebP: its header is wrong");
  if (features.has_animation) fail(name, "is an animated WebP; only still images are supported", "Convert it to one of its frames");
  const auto size = static_cast<int64_t>(bytes.size());
  const int64_t possible = features.format == kLossy ? size * kLossyPixelsPerByte : std::max(kLosslessFree, size * kLosslessPixelsPerByte);
  check_claim(name, features.width, features.height, possible, bytes.size());
  return {features.width, features.height, 3};
}

void decode_webp(Bytes bytes, std::string_view name, Image& image) {
  const ImageSize size = probe_webp(bytes, name);
  image.resize(size);
  const uint8_t* done = WebPDecodeRGBInto(data_of(bytes), bytes.size(), image.pixels.data(), image.pixels.size(), size.width * 3);
  if (done == nullptr) fail(name, "is a damaged or truncated WebP: its pixels cannot be decoded", "Fetch it again");
}

}  // namespace decant::image_codec
