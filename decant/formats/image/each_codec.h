// What codec.cc asks of the codecs, one file each.
#pragma once

#if __has_include(<avif/avif.h>) && !defined(DECANT_NO_AVIF)
#define DECANT_HAS_AVIF
#endif

#include <string>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/data/image.h"
#include "decant/formats/image/codec.h"

namespace decant::image_codec {

struct CodecEntry {
  Codec codec;
  const char* name;       ///< "JPEG"
  const char* extension;  ///< ".jpg"
  bool (*recognises)(Bytes bytes);
  // REQUIRES of both: recognised bytes.
  ImageSize (*probe)(Bytes bytes, std::string_view name);
  /// `min_side` 0 = full size, and so for all that cannot decode less.
  void (*decode)(Bytes bytes, std::string_view name, int min_side, Image& image);
};

const CodecEntry& jpeg_codec();
const CodecEntry& png_codec();
const CodecEntry& webp_codec();
const CodecEntry& bmp_codec();
const CodecEntry& gif_codec();
const CodecEntry& tiff_codec();
const CodecEntry& pnm_codec();
#ifdef DECANT_HAS_AVIF
const CodecEntry& avif_codec();
#endif

inline bool starts_with(Bytes bytes, std::string_view signature) {
  return as_text(bytes).starts_with(signature);
}

[[noreturn]] inline void fail(std::string_view name, std::string what, std::string remedy = "") {
  throw InputError({std::string(name), "", std::move(what), std::move(remedy)});
}

constexpr int64_t kMaxPixels = int64_t{1} << 28;

/// Throws InputError, saying what the bytes are instead.
Codec codec_or_fail(Bytes bytes, std::string_view name);

/// Refuses a header that claims more than 2^28 pixels, or more than `possible` of them.
void check_claim(std::string_view name, int64_t width, int64_t height, int64_t possible, size_t encoded_bytes);

}  // namespace decant::image_codec
