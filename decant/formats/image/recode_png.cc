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
#include <spng.h>
#include <vector>

#include "decant/formats/image/each_codec.h"
#include "decant/formats/image/each_recoder.h"
#include "decant/formats/image/patch_segment.h"
#include "decant/formats/image/png.h"
#include "decant/formats/image/png_rows.h"
#include "decant/formats/image/raster.h"

namespace decant::image_codec {

namespace {

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

}  // namespace

StoredPatches patches_in_png(Bytes bytes, std::string_view name) {
  const ImageSize size = probe_image(bytes, name);
  StoredPatches found{PatchGrid(size.width, size.height, {}, 1), {}};
  found.mask = mask_in(png_chunks(bytes), found.whole, name);
  return found;
}

void recode_png(Bytes bytes, std::string_view name, const PatchMask* asked, std::vector<std::byte>& out) {
  const StoredPatches stored = patches_in_png(bytes, name);
  const std::optional<PatchMask> mask = both_masks(stored.mask, asked, name);
  const std::vector<PngChunk> chunks = png_chunks(bytes);
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

  const std::vector<std::byte> rows = encode_png_rows(raster, header, indexed ? &palette : nullptr);
  const std::vector<std::byte> packed = mask ? pack_mask(*mask, name) : std::vector<std::byte>();
  out = with_png_rows(chunks, {.file = rows, .same_pixels = same_pixels, .before_rows = {kPatchChunk, packed}});
  if (same_pixels && (out.size() >= bytes.size() || has_png_chunk(chunks, "acTL"))) out.assign(bytes.begin(), bytes.end());
}

}  // namespace decant::image_codec
