// Re-coding PNGs.
//
// The picture keeps its kind: palette, grey or colours, alpha, 1 to 16 bits. A dropped cell gets
// its mean, each channel (alpha too) by itself and rounded at the picture's own depth; in a palette
// picture, the entry of the palette that is nearest to the mean of red, green, blue and alpha. Rows
// are coded without interlacing, with adaptive filters and with none, and the smaller is taken.
//
// Every other chunk stays, byte for byte and in its place: profiles, gamma, EXIF, texts, unknown
// ones. Where cells are dropped, chunks go that hang on the pixels: the histogram, unknown ones
// that say so by their name (fourth letter upper case), and with those the further pictures of an
// animated PNG. An animated PNG of which nothing is dropped stays as it is. What follows the end
// mark is left out.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <spng.h>
#include <zlib.h>

#include "decant/formats/image/each_codec.h"
#include "decant/formats/image/each_recoder.h"
#include "decant/formats/image/patch_segment.h"
#include "decant/formats/image/png.h"
#include "decant/formats/image/raster.h"

namespace decant::image_codec {

namespace {

constexpr size_t kSignature = 8;
constexpr size_t kAroundData = 12;  // length, type, checksum
constexpr size_t kHeaderSize = 13;  // of IHDR's data; its last byte tells of interlacing

struct PngChunk {
  std::string_view type;
  Bytes data;
};

uint32_t big_endian_at(Bytes bytes, size_t at) {
  uint32_t value = 0;
  for (const std::byte byte : bytes.subspan(at, 4)) value = value << 8 | std::to_integer<uint32_t>(byte);
  return value;
}

/// The chunks up to IEND, or up to one that is cut off.
std::vector<PngChunk> chunks_of(Bytes bytes) {
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

/// The mask before the first IDAT.
std::optional<PatchMask> mask_in(const std::vector<PngChunk>& chunks, const PatchGrid& whole, std::string_view name) {
  std::optional<PatchMask> mask;
  for (const PngChunk& chunk : chunks) {
    if (chunk.type == "IDAT") break;
    if (chunk.type != kPatchChunk) continue;
    if (mask) fail(name, "has two masks of dropped cells", "Make it again from its source");
    mask = unpack_mask(chunk.data, whole, name);
  }
  return mask;
}

bool has_chunk(const std::vector<PngChunk>& chunks, std::string_view type) {
  return std::ranges::any_of(chunks, [&](const PngChunk& chunk) { return chunk.type == type; });
}

/// Whether a chunk holds for other pixels, too.
bool outlives_pixels(std::string_view type) {
  constexpr std::array<std::string_view, 11> of_colours = {"cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP",
                                                           "mDCV", "cLLI", "bKGD", "tRNS", "PLTE"};
  const bool critical = (type[0] & 0x20) == 0;
  const bool safe_to_copy = (type[3] & 0x20) != 0;
  return critical || safe_to_copy || std::ranges::find(of_colours, type) != of_colours.end();
}

/// Red, green, blue, alpha of an entry.
using Colour = std::array<unsigned, 4>;

/// At least one entry.
std::vector<Colour> palette_of(spng_ctx* context, std::string_view name) {
  spng_plte palette{};
  std::vector<Colour> colours;
  if (spng_get_plte(context, &palette) != 0 || palette.n_entries == 0) fail(name, "is a damaged PNG: it has no palette");
  for (uint32_t i = 0; i < palette.n_entries; ++i)
    colours.push_back({palette.entries[i].red, palette.entries[i].green, palette.entries[i].blue, 255});
  spng_trns transparency{};
  if (spng_get_trns(context, &transparency) != 0) return colours;
  for (uint32_t i = 0; i < std::min(transparency.n_type3_entries, palette.n_entries); ++i) colours[i][3] = transparency.type3_alpha[i];
  return colours;
}

unsigned nearest_entry(const std::vector<Colour>& palette, const Colour& wanted) {
  const auto distance = [&](const Colour& colour) {
    unsigned sum = 0;
    for (size_t c = 0; c < 4; ++c) sum += (colour[c] - wanted[c]) * (colour[c] - wanted[c]);  // modulo 2^32, and right
    return sum;
  };
  return static_cast<unsigned>(std::ranges::min_element(palette, {}, distance) - palette.begin());
}

void flatten_entries(Raster& raster, const PatchMask& mask, const std::vector<Colour>& palette) {
  for (int cell = 0; cell < mask.grid.count(); ++cell) {
    if (mask.kept[static_cast<size_t>(cell)]) continue;
    const PatchRect rect = mask.grid.pixels(cell);
    Colour mean{};
    for (size_t c = 0; c < 4; ++c)
      mean[c] = rounded_mean(rect, [&](int x, int y) { return palette[std::min<size_t>(raster.sample(x, y, 0), palette.size() - 1)][c]; });
    fill_cell(raster, rect, 0, nearest_entry(palette, mean));
  }
}

/// A file of these rows alone, for its IDAT chunks.
std::vector<std::byte> encode_rows(const Raster& raster, const spng_ihdr& header, const spng_plte* palette, int filters) {
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

std::vector<std::byte> encode_smallest(const Raster& raster, const spng_ihdr& header, const spng_plte* palette) {
  std::vector<std::byte> filtered = encode_rows(raster, header, palette, SPNG_FILTER_CHOICE_ALL);
  std::vector<std::byte> plain = encode_rows(raster, header, palette, SPNG_FILTER_CHOICE_NONE);
  return filtered.size() <= plain.size() ? filtered : plain;
}

void append_header(std::vector<std::byte>& out, Bytes data) {
  std::vector<std::byte> header(data.begin(), data.end());
  if (header.size() == kHeaderSize) header.back() = std::byte{0};
  append_chunk(out, "IHDR", header);
}

/// The source's chunks, with the mask and the IDAT chunks of `rows` in place of its own.
std::vector<std::byte> joined(const std::vector<PngChunk>& source, Bytes rows, const PatchMask* mask, bool same_pixels,
                              std::string_view name) {
  const Bytes signature = rows.first(kSignature);
  std::vector<std::byte> out(signature.begin(), signature.end());
  bool rows_written = false;
  for (const PngChunk& chunk : source) {
    if (chunk.type == kPatchChunk || chunk.type == "IEND" || (chunk.type == "IDAT" && rows_written)) continue;
    if (chunk.type == "IHDR") {
      append_header(out, chunk.data);
    } else if (chunk.type == "IDAT") {
      if (mask != nullptr) append_chunk(out, kPatchChunk, pack_mask(*mask, name));
      for (const PngChunk& own : chunks_of(rows)) {
        if (own.type == "IDAT") append_chunk(out, own.type, own.data);
      }
      rows_written = true;
    } else if (same_pixels || outlives_pixels(chunk.type)) {
      append_chunk(out, chunk.type, chunk.data);
    }
  }
  append_chunk(out, "IEND", {});
  return out;
}

}  // namespace

StoredPatches patches_in_png(Bytes bytes, std::string_view name) {
  const ImageSize size = probe_image(bytes, name);
  StoredPatches found{PatchGrid(size.width, size.height, {}, 1), {}};
  found.mask = mask_in(chunks_of(bytes), found.whole, name);
  return found;
}

void recode_png(Bytes bytes, std::string_view name, const PatchMask* asked, std::vector<std::byte>& out) {
  const StoredPatches stored = patches_in_png(bytes, name);
  const std::optional<PatchMask> mask = both_masks(stored.mask, asked, name);
  const std::vector<PngChunk> chunks = chunks_of(bytes);
  const bool same_pixels = mask == stored.mask;

  const PngContext context = open_png(bytes, name);
  const spng_ihdr header = read_png_header(context.get(), bytes, name);
  Raster raster(static_cast<int>(header.width), static_cast<int>(header.height), png_channels(header.color_type), header.bit_depth);
  decode_png_as(context.get(), SPNG_FMT_PNG, raster.data(), raster.size(), bytes, name);
  const bool indexed = header.color_type == SPNG_COLOR_TYPE_INDEXED;
  spng_plte palette{};
  if (indexed) spng_get_plte(context.get(), &palette);
  if (mask && !same_pixels && indexed) flatten_entries(raster, *mask, palette_of(context.get(), name));
  if (mask && !same_pixels && !indexed) flatten_cells(raster, *mask);

  out = joined(chunks, encode_smallest(raster, header, indexed ? &palette : nullptr), mask ? &*mask : nullptr, same_pixels, name);
  if (same_pixels && (out.size() >= bytes.size() || has_chunk(chunks, "acTL"))) out.assign(bytes.begin(), bytes.end());
}

}  // namespace decant::image_codec
