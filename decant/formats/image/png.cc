// PNG by libspng.
//
// How many pixels n bytes can hold. Deflate's strongest code stands for 258 bytes in 2 bits, a
// ratio of 1032; the unpacked picture is height · (1 + ⌈width · bits per pixel / 8⌉) bytes. A file
// whose unpacked size is more than 1032 times its own lies.
#include "decant/formats/image/png.h"

#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <zlib.h>

#include "decant/formats/image/codec.h"
#include "decant/formats/image/each_codec.h"

namespace decant {

namespace {

constexpr int64_t kDeflateRatio = 1032;
constexpr size_t kMaxChunk = size_t{1} << 24;  // of text, profiles and the like

[[noreturn]] void fail_png(std::string_view name, int code, size_t size) {
  if (code == SPNG_EOF || code == SPNG_IO_EOF)
    image_codec::fail(name, fmt::format("is a truncated PNG: it ends at byte {}, before its picture does", size), "Fetch it again");
  image_codec::fail(name, std::string("is a damaged PNG: ") + spng_strerror(code));
}

/// As PIL does: the checksum of every chunk before the pixels must be right, those of the pixels
/// and of what follows are not looked at.
void require_checksums_before_pixels(Bytes bytes, std::string_view name) {
  const auto number = [&](size_t at) {
    uint32_t value = 0;
    for (size_t i = at; i < at + 4; ++i) value = value << 8 | std::to_integer<uint32_t>(bytes[i]);
    return value;
  };
  for (size_t at = 8; bytes.size() - at >= 12;) {
    const size_t size = number(at);
    const std::string_view type = as_text(bytes).substr(at + 4, 4);
    if (type == "IDAT" || size > bytes.size() - at - 12) return;  // libspng says what is missing
    const Bytes covered = bytes.subspan(at + 4, size + 4);
    if (crc32_z(0, reinterpret_cast<const Bytef*>(covered.data()), covered.size()) != number(at + 8 + size))
      image_codec::fail(name, fmt::format("is a damaged PNG: the chunk at byte {} has a wrong checksum", at), "Fetch it again");
    at += size + 12;
  }
}

bool is_grey(const spng_ihdr& header) {
  return header.color_type == SPNG_COLOR_TYPE_GRAYSCALE || header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
}

ImageSize size_in(const spng_ihdr& header) {
  return {static_cast<int>(header.width), static_cast<int>(header.height), is_grey(header) ? 1 : 3};
}

/// Grey with alpha, or with 16 bits: libspng gives the samples as stored, in the machine's byte
/// order; the grey one's upper 8 bits stay.
void decode_wide_grey(spng_ctx* context, const spng_ihdr& header, Image& image, Bytes bytes, std::string_view name) {
  thread_local std::vector<uint8_t> samples;
  const auto step = static_cast<size_t>(image_codec::png_channels(header.color_type) * header.bit_depth / 8);
  samples.resize(image.pixels.size() * step);
  image_codec::decode_png_as(context, SPNG_FMT_PNG, samples.data(), samples.size(), bytes, name);
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    const uint8_t* sample = samples.data() + i * step;
    uint16_t wide = 0;
    if (header.bit_depth == 16) std::memcpy(&wide, sample, 2);
    image.pixels[i] = header.bit_depth == 16 ? static_cast<uint8_t>(wide >> 8) : *sample;
  }
}

}  // namespace

namespace image_codec {

PngContext open_png(Bytes bytes, std::string_view name) {
  PngContext context(spng_ctx_new(0), &spng_ctx_free);
  if (!context) throw std::bad_alloc();
  require_checksums_before_pixels(bytes, name);
  spng_set_crc_action(context.get(), SPNG_CRC_USE, SPNG_CRC_DISCARD);
  spng_set_chunk_limits(context.get(), kMaxChunk, 4 * kMaxChunk);
  if (const int code = spng_set_png_buffer(context.get(), bytes.data(), bytes.size()); code != 0)
    fail(name, std::string("is a damaged PNG: ") + spng_strerror(code));
  return context;
}

int png_channels(uint8_t color_type) {
  switch (color_type) {
    case SPNG_COLOR_TYPE_GRAYSCALE_ALPHA:
      return 2;
    case SPNG_COLOR_TYPE_TRUECOLOR:
      return 3;
    case SPNG_COLOR_TYPE_TRUECOLOR_ALPHA:
      return 4;
    default:
      return 1;
  }
}

spng_ihdr read_png_header(spng_ctx* context, Bytes bytes, std::string_view name) {
  spng_ihdr header{};
  if (const int code = spng_get_ihdr(context, &header); code != 0) fail_png(name, code, bytes.size());
  check_claim(name, header.width, header.height, kMaxPixels, bytes.size());
  const int64_t line = 1 + (int64_t{header.width} * png_channels(header.color_type) * header.bit_depth + 7) / 8;
  const int64_t unpacked = line * header.height;  // ≤ 2^28 · 9
  if (unpacked / kDeflateRatio > static_cast<int64_t>(bytes.size())) check_claim(name, header.width, header.height, 0, bytes.size());
  return header;
}

void decode_png_as(spng_ctx* context, spng_format format, uint8_t* out, size_t room, Bytes bytes, std::string_view name) {
  size_t needed = 0;
  if (const int code = spng_decoded_image_size(context, format, &needed); code != 0) fail_png(name, code, bytes.size());
  DECANT_CHECK(needed, ==, room);
  if (const int code = spng_decode_image(context, out, room, format, 0); code != 0) fail_png(name, code, bytes.size());
}

namespace {

ImageSize probe_png(Bytes bytes, std::string_view name) {
  const PngContext context = open_png(bytes, name);
  return size_in(read_png_header(context.get(), bytes, name));
}

void decode_png(Bytes bytes, std::string_view name, int /*min_side*/, Image& image) {
  const PngContext context = open_png(bytes, name);
  const spng_ihdr header = read_png_header(context.get(), bytes, name);
  image.resize(size_in(header));
  const bool plain_grey = header.color_type == SPNG_COLOR_TYPE_GRAYSCALE && header.bit_depth <= 8;
  if (is_grey(header) && !plain_grey) return decode_wide_grey(context.get(), header, image, bytes, name);
  decode_png_as(context.get(), plain_grey ? SPNG_FMT_G8 : SPNG_FMT_RGB8, image.pixels.data(), image.pixels.size(), bytes, name);
}

}  // namespace

const CodecEntry& png_codec() {
  static const CodecEntry entry = {Codec::png, "PNG",
                                   ".png",     [](Bytes bytes) { return starts_with(bytes, std::string_view("\x89PNG\r\n\x1a\n", 8)); },
                                   probe_png,  decode_png};
  return entry;
}

}  // namespace image_codec

namespace {

/// `set`: says what else the file has.
void finished_png(spng_ihdr header, const void* samples, size_t bytes, const std::function<int(spng_ctx*)>& set,
                  std::vector<std::byte>& out) {
  const image_codec::PngContext context(spng_ctx_new(SPNG_CTX_ENCODER), &spng_ctx_free);
  if (!context) throw std::bad_alloc();
  spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1);
  header.bit_depth = 8;
  int code = spng_set_ihdr(context.get(), &header);
  if (code == 0) code = set(context.get());
  if (code == 0) code = spng_encode_image(context.get(), samples, bytes, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
  size_t size = 0;
  const std::unique_ptr<void, decltype(&std::free)> encoded(code == 0 ? spng_get_png_buffer(context.get(), &size, &code) : nullptr,
                                                            &std::free);
  if (code != 0 || !encoded) image_codec::fail("", std::string("cannot encode as PNG: ") + spng_strerror(code));
  const auto* begin = static_cast<const std::byte*>(encoded.get());
  out.assign(begin, begin + size);
}

spng_ihdr png_header(int width, int height, uint8_t colours) {
  spng_ihdr header{};
  header.width = static_cast<uint32_t>(width);
  header.height = static_cast<uint32_t>(height);
  header.color_type = colours;
  return header;
}

}  // namespace

void encode_png(ImageView image, std::vector<std::byte>& out) {
  const auto colours = static_cast<uint8_t>(image.size.channels == 1 ? SPNG_COLOR_TYPE_GRAYSCALE : SPNG_COLOR_TYPE_TRUECOLOR);
  finished_png(
      png_header(image.size.width, image.size.height, colours), image.data, static_cast<size_t>(image.size.bytes()),
      [](spng_ctx*) { return 0; }, out);
}

void encode_png(const IndexedImage& image, std::vector<std::byte>& out) {
  spng_plte colours{.n_entries = static_cast<uint32_t>(image.palette.size())};
  spng_trns opaque{.n_type3_entries = static_cast<uint32_t>(image.palette.size())};
  for (size_t i = 0; i < image.palette.size(); ++i) {
    const auto& [red, green, blue, alpha] = image.palette[i];
    colours.entries[i] = {.red = red, .green = green, .blue = blue};
    opaque.type3_alpha[i] = alpha;
  }
  const auto set = [&](spng_ctx* context) {
    const int code = spng_set_plte(context, &colours);
    return code == 0 ? spng_set_trns(context, &opaque) : code;
  };
  finished_png(png_header(image.width, image.height, SPNG_COLOR_TYPE_INDEXED), image.pixels.data(), image.pixels.size(), set, out);
}

}  // namespace decant
