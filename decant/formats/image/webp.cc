// WebP by libwebp.
//
// How many pixels n bytes can hold. Lossy (VP8): a macroblock of 16 × 16 costs at least its
// prediction modes, whose probabilities are fixed in key frames: about 3.2 bits, 640 pixels per
// byte; 1024 are allowed. Lossless (VP8L): a code with a single symbol costs no bits, so a solid
// colour of any size fits into 30 bytes, and no bound by bytes is true to the format. Copies stand
// for at most 4096 pixels and, once there are two different ones, cost at least a byte between
// them. So: 4096 pixels per byte, and 2^24 pixels (48 MiB) to anyone. An animation's canvas may be
// larger than its frames, and has the bounds of a lossless one. Its first frame is read.
#include <algorithm>
#include <memory>
#include <new>
#include <webp/decode.h>
#include <webp/demux.h>

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

bool is_animated(Bytes bytes) {
  WebPBitstreamFeatures features;
  return WebPGetFeatures(data_of(bytes), bytes.size(), &features) == VP8_STATUS_OK && features.has_animation != 0;
}

/// On a transparent canvas, alpha dropped, as in PIL.
void decode_first_frame(Bytes bytes, std::string_view name, Image& image) {
  WebPAnimDecoderOptions options;
  if (WebPAnimDecoderOptionsInit(&options) == 0) throw std::bad_alloc();
  options.color_mode = MODE_RGBA;
  const WebPData data = {data_of(bytes), bytes.size()};
  const std::unique_ptr<WebPAnimDecoder, decltype(&WebPAnimDecoderDelete)> decoder(WebPAnimDecoderNew(&data, &options),
                                                                                   &WebPAnimDecoderDelete);
  uint8_t* canvas = nullptr;  // the decoder's
  int time = 0;
  if (!decoder || WebPAnimDecoderGetNext(decoder.get(), &canvas, &time) == 0)
    fail(name, "is a damaged or truncated WebP: its first frame cannot be decoded", "Fetch it again");
  for (size_t i = 0; i < image.pixels.size(); i += 3, canvas += 4) std::copy_n(canvas, 3, &image.pixels[i]);
}

ImageSize probe_webp(Bytes bytes, std::string_view name) {
  WebPBitstreamFeatures features;
  const VP8StatusCode code = WebPGetFeatures(data_of(bytes), bytes.size(), &features);
  if (code == VP8_STATUS_NOT_ENOUGH_DATA)
    fail(name, fmt::format("is a truncated WebP: it ends at byte {}, inside its header", bytes.size()), "Fetch it again");
  if (code != VP8_STATUS_OK) fail(name, "is a damaged WebP: its header is wrong");
  const auto size = static_cast<int64_t>(bytes.size());
  const int64_t possible = features.format == kLossy && features.has_animation == 0
                               ? size * kLossyPixelsPerByte
                               : std::max(kLosslessFree, size * kLosslessPixelsPerByte);
  check_claim(name, features.width, features.height, possible, bytes.size());
  return {features.width, features.height, 3};
}

void decode_webp(Bytes bytes, std::string_view name, int /*min_side*/, Image& image) {
  const ImageSize size = probe_webp(bytes, name);
  image.resize(size);
  if (is_animated(bytes)) return decode_first_frame(bytes, name, image);
  const uint8_t* done = WebPDecodeRGBInto(data_of(bytes), bytes.size(), image.pixels.data(), image.pixels.size(), size.width * 3);
  if (done == nullptr) fail(name, "is a damaged or truncated WebP: its pixels cannot be decoded", "Fetch it again");
}

}  // namespace

const CodecEntry& webp_codec() {
  static const CodecEntry entry = {
      Codec::webp, "WebP",
      ".webp",     [](Bytes bytes) { return starts_with(bytes, "RIFF") && bytes.size() >= 12 && as_text(bytes).substr(8, 4) == "WEBP"; },
      probe_webp,  decode_webp};
  return entry;
}

}  // namespace decant::image_codec
