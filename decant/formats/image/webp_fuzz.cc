// Any bytes behind a WebP signature: probing and decoding end in an InputError or in pixels of the promised
// size.
#include "decant/base/errors.h"
#include "decant/formats/image/codec.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace decant;
  static Image image;
  const Bytes bytes = std::as_bytes(std::span(data, size));
  try {
    if (codec_of(bytes) != Codec::webp) return -1;
    const ImageSize claimed = probe_image(bytes, "fuzz");
    if (int64_t{claimed.width} * claimed.height > (1 << 20)) return 0;  // legal, only slow
    decode_image(bytes, "fuzz", image);
    DECANT_CHECK(image.size.bytes(), ==, claimed.bytes());
    decode_image_at_least(bytes, "fuzz", 16, image);
  } catch (const InputError&) {
  }
  return 0;
}
