// The mask of a picture, as its file stores it: the same bytes in a JPEG segment, a PNG chunk and a
// WebP chunk. docs/formats/patches.md specifies them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/patch_mask.h"

namespace decant::image_codec {

/// The name of the chunk in a PNG or WebP. By PNG's rules of case: may be skipped (d), private (c),
/// and depends on the pixels (K), so that an editor which changes those does not keep it.
inline constexpr std::string_view kPatchChunk = "dcMK";

/// A segment of a JPEG begins with this name and is of this marker.
inline constexpr std::string_view kPatchName("decant\0", 7);
inline constexpr int kPatchMarker = 0xea;  // APP10

/// The most cells that a file stores: the mask has to fit into one segment of a JPEG.
inline constexpr int kMaxStoredCells = 500'000;

/// Throws InputError for more than kMaxStoredCells, or more than 65,535 columns or rows.
std::vector<std::byte> pack_mask(const PatchMask& mask, std::string_view name);

/// `whole`: the picture, as a grid of one cell. Throws InputError for a mask that is damaged, does
/// not fit the picture or is of a later version.
PatchMask unpack_mask(Bytes packed, const PatchGrid& whole, std::string_view name);

/// The mask that a picture has when `asked` (null: nothing) is dropped from one that has `stored`.
/// Nothing when every cell is kept. Throws InputError when their grids differ.
std::optional<PatchMask> both_masks(std::optional<PatchMask> stored, const PatchMask* asked, std::string_view name);

}  // namespace decant::image_codec
