// libspng's reader, as png.cc and recode_png.cc use it.
#pragma once

#include <memory>
#include <spng.h>
#include <string_view>

#include "decant/base/file.h"

namespace decant::image_codec {

using PngContext = std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)>;

/// All of these throw InputError. `bytes` must live as long as the context.
PngContext open_png(Bytes bytes, std::string_view name);
/// Checks what the header claims.
spng_ihdr read_png_header(spng_ctx* context, Bytes bytes, std::string_view name);
/// REQUIRES: `room` is the size of the picture in that format.
void decode_png_as(spng_ctx* context, spng_format format, uint8_t* out, size_t room, Bytes bytes, std::string_view name);

/// Samples of a pixel as the file has them, 1 for a palette's.
int png_channels(uint8_t color_type);

}  // namespace decant::image_codec
