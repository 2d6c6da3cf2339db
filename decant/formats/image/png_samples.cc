#include "decant/formats/image/png_samples.h"

#include <vector>

#include "decant/base/errors.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/each_codec.h"
#include "decant/formats/image/png.h"

namespace decant {
namespace {

PngForm form_in_header(const spng_ihdr& header) {
  return {static_cast<int>(header.width), static_cast<int>(header.height), image_codec::png_channels(header.color_type), header.bit_depth,
          header.color_type == SPNG_COLOR_TYPE_INDEXED};
}

size_t line_bytes(const PngForm& form) {
  return (static_cast<size_t>(form.width) * static_cast<size_t>(form.channels) * static_cast<size_t>(form.bits) + 7) / 8;
}

void require_png(Bytes bytes, std::string_view name) {
  if (codec_of(bytes) != Codec::png) image_codec::fail(name, "is no PNG", "Save masks as PNG");
}

[[noreturn]] void fail_damaged(int code, std::string_view name) {
  image_codec::fail(name, std::string("is a damaged PNG: ") + spng_strerror(code), "Fetch it again");
}

}  // namespace

PngForm png_form(Bytes bytes, std::string_view name) {
  require_png(bytes, name);
  const image_codec::PngContext context = image_codec::open_png(bytes, name);
  return form_in_header(image_codec::read_png_header(context.get(), bytes, name));
}

void each_png_line(Bytes bytes, std::string_view name, const std::function<void(const PngForm&, std::span<const uint8_t> line)>& visit) {
  require_png(bytes, name);
  const image_codec::PngContext context = image_codec::open_png(bytes, name);
  const spng_ihdr header = image_codec::read_png_header(context.get(), bytes, name);
  const PngForm form = form_in_header(header);
  const size_t line = line_bytes(form);
  thread_local std::vector<uint8_t> samples;
  if (header.interlace_method != SPNG_INTERLACE_NONE) {
    samples.resize(line * static_cast<size_t>(form.height));
    image_codec::decode_png_as(context.get(), SPNG_FMT_PNG, samples.data(), samples.size(), bytes, name);
    for (int y = 0; y < form.height; ++y) visit(form, std::span(samples).subspan(static_cast<size_t>(y) * line, line));
    return;
  }
  samples.resize(line);
  if (const int code = spng_decode_image(context.get(), nullptr, 0, SPNG_FMT_PNG, SPNG_DECODE_PROGRESSIVE); code != 0)
    fail_damaged(code, name);
  for (int y = 0; y < form.height; ++y) {
    const int code = spng_decode_row(context.get(), samples.data(), line);
    if (code != 0 && !(code == SPNG_EOI && y + 1 == form.height)) fail_damaged(code, name);
    visit(form, samples);
  }
}

}  // namespace decant
