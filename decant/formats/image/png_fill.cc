#include "decant/formats/image/png_fill.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "decant/base/errors.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/each_codec.h"
#include "decant/formats/image/png.h"
#include "decant/formats/image/png_rows.h"
#include "decant/formats/image/raster.h"

namespace decant {
namespace {

using image_codec::Raster;

constexpr spng_plte_entry kNewEntry = {224, 224, 192, 255};  // as VOC's palette has its border, 255

/// A PNG's pixels, and what its header and palette say of them.
struct OpenPng {
  spng_ihdr header{};
  spng_plte palette{};
  Raster raster;

  bool indexed() const { return header.color_type == SPNG_COLOR_TYPE_INDEXED; }
};

OpenPng open_raster(Bytes bytes, std::string_view name) {
  const image_codec::PngContext context = image_codec::open_png(bytes, name);
  const spng_ihdr header = image_codec::read_png_header(context.get(), bytes, name);
  OpenPng png{header,
              {},
              Raster(static_cast<int>(header.width), static_cast<int>(header.height), image_codec::png_channels(header.color_type),
                     header.bit_depth)};
  if (png.indexed() && spng_get_plte(context.get(), &png.palette) != 0) image_codec::fail(name, "is a damaged PNG: it has no palette");
  image_codec::decode_png_as(context.get(), SPNG_FMT_PNG, png.raster.data(), png.raster.size(), bytes, name);
  return png;
}

/// What a channel of a pixel becomes.
unsigned sample_of(uint32_t value, int channels, int channel) {
  return channels == 1 ? value : value >> (8 * (2 - channel)) & 255;
}

bool has_value(const Raster& raster, const PatchRect& rect, uint32_t value) {
  for (int y = rect.top; y < rect.bottom; ++y) {
    for (int x = rect.left; x < rect.right; ++x) {
      for (int c = 0; c < raster.channels(); ++c) {
        if (raster.sample(x, y, c) != sample_of(value, raster.channels(), c)) return false;
      }
    }
  }
  return true;
}

Raster of_eight_bits(const Raster& narrow) {
  Raster wide(narrow.width(), narrow.height(), 1, 8);
  for (int y = 0; y < wide.height(); ++y) {
    for (int x = 0; x < wide.width(); ++x) wide.set_sample(x, y, 0, narrow.sample(x, y, 0));
  }
  return wide;
}

/// Makes room for the value in the palette and in the samples.
void widen(OpenPng& png, uint32_t value) {
  if (png.header.bit_depth < 8 && value >> png.header.bit_depth > 0) {
    png.raster = of_eight_bits(png.raster);
    png.header.bit_depth = 8;
  }
  if (png.palette.n_entries > value) return;
  std::fill(png.palette.entries + png.palette.n_entries, png.palette.entries + value, spng_plte_entry{0, 0, 0, 255});
  png.palette.entries[value] = kNewEntry;
  png.palette.n_entries = value + 1;
}

/// The first chunk of a type holds, and is all that counts in a file that has several.
void replace_first(std::vector<image_codec::PngChunk>& chunks, std::string_view type, Bytes data) {
  const auto is_one = [&](const image_codec::PngChunk& chunk) { return chunk.type == type; };
  const auto first = std::ranges::find_if(chunks, is_one);
  if (first == chunks.end()) return;
  first->data = data;
  chunks.erase(std::remove_if(first + 1, chunks.end(), is_one), chunks.end());
}

/// What the file says of its depth and colours.
struct PngClaims {
  std::vector<std::byte> header;
  std::vector<std::byte> colours;
};

PngClaims claims_of(const OpenPng& png, const std::vector<image_codec::PngChunk>& chunks) {
  constexpr size_t kDepth = 8;  // byte of IHDR's data
  PngClaims claims;
  const auto header = std::ranges::find(chunks, "IHDR", &image_codec::PngChunk::type);
  if (header != chunks.end()) claims.header.assign(header->data.begin(), header->data.end());
  if (claims.header.size() > kDepth) claims.header[kDepth] = std::byte{png.header.bit_depth};
  for (uint32_t i = 0; i < png.palette.n_entries; ++i) {
    const spng_plte_entry& entry = png.palette.entries[i];
    for (const uint8_t part : {entry.red, entry.green, entry.blue}) claims.colours.push_back(std::byte{part});
  }
  return claims;
}

void require_fillable(const PngForm& form, uint32_t value, std::string_view name) {
  if (form.channels == 2 || form.channels == 4 || (form.channels == 3 && form.bits != 8))
    image_codec::fail(name, "is no mask of grey values, of a palette or of colours of 8 bits", "Save the classes alone");
  if (value > largest_png_value(form))
    throw InputError(
        {std::string(name), "",
         fmt::format("has grey values of {} bit{}, which cannot hold the value {}", form.bits, form.bits == 1 ? "" : "s", value),
         "Save it with 8 bits"});
}

}  // namespace

uint32_t largest_png_value(const PngForm& form) {
  if (form.palette) return 255;
  return form.channels == 3 ? (1U << 24) - 1 : (1U << form.bits) - 1;
}

void fill_png(Bytes bytes, std::string_view name, std::span<const PatchRect> rects, uint32_t value, std::vector<std::byte>& out) {
  require_fillable(png_form(bytes, name), value, name);
  OpenPng png = open_raster(bytes, name);
  const auto is_filled = [&](const PatchRect& rect) { return has_value(png.raster, rect, value); };
  if (std::ranges::all_of(rects, is_filled)) return out.assign(bytes.begin(), bytes.end());
  if (png.indexed()) widen(png, value);
  for (const PatchRect& rect : rects) {
    for (int c = 0; c < png.raster.channels(); ++c) image_codec::fill_cell(png.raster, rect, c, sample_of(value, png.raster.channels(), c));
  }
  std::vector<image_codec::PngChunk> chunks = image_codec::png_chunks(bytes);
  const PngClaims claims = claims_of(png, chunks);
  replace_first(chunks, "IHDR", claims.header);
  if (png.indexed()) replace_first(chunks, "PLTE", claims.colours);
  const std::vector<std::byte> rows = image_codec::encode_png_rows(png.raster, png.header, png.indexed() ? &png.palette : nullptr);
  out = image_codec::with_png_rows(chunks, {.file = rows, .same_pixels = false});
}

}  // namespace decant
