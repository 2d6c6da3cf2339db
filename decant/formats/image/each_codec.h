// What codec.cc asks of the codecs. REQUIRES of all: the bytes start with the codec's
// signature.
#pragma once

#include <string>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/data/image.h"
#include "decant/formats/image/codec.h"

namespace decant::image_codec {

ImageSize probe_jpeg(Bytes bytes, std::string_view name);
ImageSize probe_png(Bytes bytes, std::string_view name);
ImageSize probe_webp(Bytes bytes, std::string_view name);
ImageSize probe_bmp(Bytes bytes, std::string_view name);
ImageSize probe_gif(Bytes bytes, std::string_view name);

/// `min_side` 0 = full size.
void decode_jpeg(Bytes bytes, std::string_view name, int min_side, Image& image);
void decode_png(Bytes bytes, std::string_view name, Image& image);
void decode_webp(Bytes bytes, std::string_view name, Image& image);
void decode_bmp(Bytes bytes, std::string_view name, Image& image);
void decode_gif(Bytes bytes, std::string_view name, Image& image);

[[noreturn]] inline void fail(std::string_view name, std::string what, std::string remedy = "") {
  throw InputError({std::string(name), "", std::move(what), std::move(remedy)});
}

constexpr int64_t kMaxPixels = int64_t{1} << 28;

/// Throws InputError, saying what the bytes are instead.
Codec codec_or_fail(Bytes bytes, std::string_view name);

/// Refuses a header that claims more than 2^28 pixels, or more than `possible` of them.
void check_claim(std::string_view name, int64_t width, int64_t height, int64_t possible, size_t encoded_bytes);

}  // namespace decant::image_codec
