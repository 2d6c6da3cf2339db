#include "decant/formats/image/recode.h"

#include "decant/formats/image/codec.h"
#include "decant/formats/image/each_codec.h"
#include "decant/formats/image/each_recoder.h"
#include "decant/formats/image/patch_segment.h"

namespace decant {

namespace {

image_codec::StoredPatches patches_in(Bytes encoded, std::string_view name) {
  switch (image_codec::codec_or_fail(encoded, name)) {
    case Codec::jpeg:
      return image_codec::patches_in_jpeg(encoded, name);
    case Codec::png:
      return image_codec::patches_in_png(encoded, name);
    case Codec::webp:
      return image_codec::patches_in_webp(encoded, name);
    default: {
      const ImageSize size = probe_image(encoded, name);
      return {PatchGrid(size.width, size.height, {}, 1), std::nullopt};
    }
  }
}

bool is_written(Codec codec) {
  return codec == Codec::jpeg || codec == Codec::png || codec == Codec::webp;
}

/// Of the picture at a resolution of `eighths`.
PatchGrid scaled(const PatchGrid& whole, int eighths) {
  const auto side = [&](int full) { return static_cast<int>((int64_t{full} * eighths + 7) / 8); };
  return PatchGrid(side(whole.width()), side(whole.height()), whole.unit(), 1);
}

void check(const Recoding& how, Bytes encoded, std::string_view name) {
  DECANT_CHECK((0 <= how.quality && how.quality <= 100), ==, true);
  DECANT_CHECK((1 <= how.eighths && how.eighths <= 8), ==, true);
  if (codec_of(encoded) != Codec::jpeg && (how.quality > 0 || how.eighths < 8))
    image_codec::fail(name, "is no JPEG, and only JPEGs have a quality and a resolution that can be reduced",
                      "Convert it to JPEG, or drop cells or rows instead");
  if (!is_written(*codec_of(encoded)))
    image_codec::fail(name, "is of a format that is read but not written (JPEG, PNG and WebP are)", "Convert it to PNG");
  if (how.mask == nullptr) return;
  const PatchGrid& grid = how.mask->grid;
  const PatchGrid whole = scaled(patches_in(encoded, name).whole, how.eighths);
  DECANT_CHECK((grid == PatchGrid(whole.width(), whole.height(), whole.unit(), grid.columns(), grid.rows())), ==, true);
}

}  // namespace

PatchGrid patch_grid_of(Bytes encoded, std::string_view name, int cells, int eighths) {
  const PatchGrid whole = scaled(patches_in(encoded, name).whole, eighths);
  return PatchGrid(whole.width(), whole.height(), whole.unit(), cells);
}

std::optional<PatchMask> stored_mask(Bytes encoded, std::string_view name) {
  return image_codec::both_masks(patches_in(encoded, name).mask, nullptr, name);
}

std::vector<float> cell_bytes(Bytes encoded, std::string_view name, const PatchGrid& grid) {
  const PatchGrid whole = patches_in(encoded, name).whole;
  DECANT_CHECK((grid == PatchGrid(whole.width(), whole.height(), whole.unit(), grid.columns(), grid.rows())), ==, true);
  if (codec_of(encoded) == Codec::jpeg) return image_codec::cell_bytes_of_jpeg(encoded, name, grid);
  std::vector<float> pixels;
  for (int cell = 0; cell < grid.count(); ++cell) {
    const PatchRect rect = grid.pixels(cell);
    pixels.push_back(static_cast<float>(rect.width()) * static_cast<float>(rect.height()));
  }
  return pixels;
}

void recode(Bytes encoded, std::string_view name, const Recoding& how, std::vector<std::byte>& out) {
  const Codec codec = image_codec::codec_or_fail(encoded, name);
  check(how, encoded, name);
  if (codec == Codec::jpeg) return image_codec::recode_jpeg(encoded, name, how, out);
  if (codec == Codec::png) return image_codec::recode_png(encoded, name, how.mask, out);
  image_codec::recode_webp(encoded, name, how.mask, out);
}

}  // namespace decant
