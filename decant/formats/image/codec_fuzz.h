// Any bytes behind the signature of one codec: probing and decoding end in an InputError or in
// pixels of the promised size. Only *_fuzz.cc include it.
#pragma once

#include "decant/base/errors.h"
#include "decant/formats/image/codec.h"

namespace decant {

/// What LLVMFuzzerTestOneInput() does and returns.
inline int fuzz_codec(Codec codec, const uint8_t* data, size_t size) {
  static Image image;
  const Bytes bytes = std::as_bytes(std::span(data, size));
  try {
    if (codec_of(bytes) != codec) return -1;
    const ImageSize claimed = probe_image(bytes, "fuzz");
    if (int64_t{claimed.width} * claimed.height > (1 << 20)) return 0;  // legal, only slow
    decode_image(bytes, "fuzz", image);
    DECANT_CHECK(image.size.bytes(), ==, claimed.bytes());
    decode_image_at_least(bytes, "fuzz", 16, image);
  } catch (const InputError&) {
  }
  return 0;
}

}  // namespace decant
