#include "decant/formats/image/recode.h"

#include "decant/formats/image/codec.h"
#include "decant/formats/image/each_codec.h"
#include "decant/formats/image/each_recoder.h"
#include "decant/formats/image/patch_segment.h"

namespace decant {

namespace {

image_codec::StoredPatches patches_in(Bytes encoded, std::string_view name) {
  const ImageSize size = probe_image(encoded, name);
  if (codec_of(encoded) == Codec::jpeg) return image_codec::patches_in_jpeg(encoded, name);
  return {PatchGrid(size.width, size.height, {}, 1), {}};
}

}  // namespace

PatchGrid patch_grid_of(Bytes encoded, std::string_view name, int cells, int eighths) {
  const PatchGrid whole = patches_in(encoded, name).whole;
  return PatchGrid((whole.width() * eighths + 7) / 8, (whole.height() * eighths + 7) / 8, whole.unit(), cells);
}

std::optional<PatchMask> stored_mask(Bytes encoded, std::string_view name) {
  return image_codec::both_masks(patches_in(encoded, name).mask, nullptr, name);
}

void recode(Bytes encoded, std::string_view name, const Recoding& how, std::vector<std::byte>& out) {
  DECANT_CHECK((0 <= how.quality && how.quality <= 100), ==, true);
  DECANT_CHECK((1 <= how.eighths && how.eighths <= 8), ==, true);
  if (how.mask != nullptr) {
    const PatchGrid& grid = how.mask->grid;
    const PatchGrid whole = patch_grid_of(encoded, name, 1, how.eighths);
    DECANT_CHECK((grid == PatchGrid(whole.width(), whole.height(), whole.unit(), grid.columns(), grid.rows())), ==, true);
  }
  if (codec_of(encoded) != Codec::jpeg) image_codec::fail(name, "cannot be made smaller; only JPEGs can");
  image_codec::recode_jpeg(encoded, name, how, out);
}

}  // namespace decant
