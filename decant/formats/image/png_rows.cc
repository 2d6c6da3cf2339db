#include "decant/formats/image/png_rows.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <new>
#include <zlib.h>

#include "decant/formats/image/each_codec.h"
#include "decant/formats/image/png.h"

namespace decant::image_codec {
namespace {

constexpr size_t kSignature = 8;
constexpr size_t kAroundData = 12;  // length, type, checksum
constexpr size_t kHeaderSize = 13;  // of IHDR's data; its last byte tells of interlacing

uint32_t big_endian_at(Bytes bytes, size_t at) {
  uint32_t value = 0;
  for (const std::byte byte : bytes.subspan(at, 4)) value = value << 8 | std::to_integer<uint32_t>(byte);
  return value;
}

void append_number(std::vector<std::byte>& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::byte>(value >> shift & 0xff));
}

void append_chunk(std::vector<std::byte>& out, std::string_view type, Bytes data) {
  append_number(out, static_cast<uint32_t>(data.size()));
  const size_t covered = out.size();
  for (const Bytes part : {as_bytes(type), data}) out.insert(out.end(), part.begin(), part.end());
  const auto* begin = reinterpret_cast<const Bytef*>(out.data() + covered);
  append_number(out, static_cast<uint32_t>(crc32_z(0, begin, out.size() - covered)));
}

void append_header(std::vector<std::byte>& out, Bytes data) {
  std::vector<std::byte> header(data.begin(), data.end());
  if (header.size() == kHeaderSize) header.back() = std::byte{0};
  append_chunk(out, "IHDR", header);
}

/// Whether a chunk holds for other pixels, too.
bool outlives_pixels(std::string_view type) {
  constexpr std::array<std::string_view, 11> of_colours = {"cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP",
                                                           "mDCV", "cLLI", "bKGD", "tRNS", "PLTE"};
  const bool critical = (type[0] & 0x20) == 0;
  const bool safe_to_copy = (type[3] & 0x20) != 0;
  return critical || safe_to_copy || std::ranges::find(of_colours, type) != of_colours.end();
}

std::vector<std::byte> encode_filtered(const Raster& raster, const spng_ihdr& header, const spng_plte* palette, int filters) {
  const PngContext context(spng_ctx_new(SPNG_CTX_ENCODER), &spng_ctx_free);
  if (!context) throw std::bad_alloc();
  spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1);
  spng_set_option(context.get(), SPNG_IMG_COMPRESSION_LEVEL, 9);
  spng_set_option(context.get(), SPNG_FILTER_CHOICE, filters);
  spng_ihdr own = header;
  own.interlace_method = 0;
  int code = spng_set_ihdr(context.get(), &own);
  if (code == 0 && palette != nullptr) {
    spng_plte copy = *palette;
    code = spng_set_plte(context.get(), &copy);
  }
  if (code == 0) code = spng_encode_image(context.get(), raster.data(), raster.size(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
  size_t size = 0;
  const std::unique_ptr<void, decltype(&std::free)> encoded(code == 0 ? spng_get_png_buffer(context.get(), &size, &code) : nullptr,
                                                            &std::free);
  if (code != 0 || !encoded) fail("", std::string("cannot encode as PNG: ") + spng_strerror(code));
  const auto* begin = static_cast<const std::byte*>(encoded.get());
  return {begin, begin + size};
}

}  // namespace

std::vector<PngChunk> png_chunks(Bytes bytes) {
  std::vector<PngChunk> chunks;
  for (size_t at = kSignature; bytes.size() - at >= kAroundData;) {
    const size_t size = big_endian_at(bytes, at);
    if (size > bytes.size() - at - kAroundData) break;
    chunks.push_back({as_text(bytes).substr(at + 4, 4), bytes.subspan(at + 8, size)});
    if (chunks.back().type == "IEND") break;
    at += size + kAroundData;
  }
  return chunks;
}

bool has_png_chunk(const std::vector<PngChunk>& chunks, std::string_view type) {
  return std::ranges::any_of(chunks, [&](const PngChunk& chunk) { return chunk.type == type; });
}

std::vector<std::byte> encode_png_rows(const Raster& raster, const spng_ihdr& header, const spng_plte* palette) {
  std::vector<std::byte> filtered = encode_filtered(raster, header, palette, SPNG_FILTER_CHOICE_ALL);
  std::vector<std::byte> plain = encode_filtered(raster, header, palette, SPNG_FILTER_CHOICE_NONE);
  return filtered.size() <= plain.size() ? filtered : plain;
}

std::vector<std::byte> with_png_rows(const std::vector<PngChunk>& source, const NewPngRows& rows) {
  const Bytes signature = rows.file.first(kSignature);
  std::vector<std::byte> out(signature.begin(), signature.end());
  bool rows_written = false;
  for (const PngChunk& chunk : source) {
    if (chunk.type == rows.before_rows.type || chunk.type == "IEND" || (chunk.type == "IDAT" && rows_written)) continue;
    if (chunk.type == "IHDR") {
      append_header(out, chunk.data);
    } else if (chunk.type == "IDAT") {
      if (!rows.before_rows.data.empty()) append_chunk(out, rows.before_rows.type, rows.before_rows.data);
      for (const PngChunk& own : png_chunks(rows.file)) {
        if (own.type == "IDAT") append_chunk(out, own.type, own.data);
      }
      rows_written = true;
    } else if (rows.same_pixels || outlives_pixels(chunk.type)) {
      append_chunk(out, chunk.type, chunk.data);
    }
  }
  append_chunk(out, "IEND", {});
  return out;
}

}  // namespace decant::image_codec
