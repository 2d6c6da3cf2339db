// A stored picture made smaller: the same codec, the same kind of file, fewer bytes.
//
// Three things can be taken from a picture, together or alone:
//
//   cells        the cells that a mask drops keep their mean colour and nothing else
//   quality      coarser steps, of JPEG only
//   resolution   fewer pixels, of JPEG only
//
// and with nothing taken, the result is the best lossless re-coding: what any re-coder gives for
// free, and so what savings are measured against.
//
// JPEG. The coefficients are read, changed and written; no pixel is decoded. A dropped cell keeps
// the DC coefficients of its blocks and loses their AC ones; coefficients of kept cells are moved,
// never requantised, unless `quality` asks for it. Huffman tables are optimised. Progressive and
// arithmetic-coded input, and what becomes of them, are described in recode_jpeg.cc. PNG and
// lossless WebP are decoded, dropped cells become their mean colour (rounded, each channel by
// itself), and the picture is encoded without loss. A lossy WebP can lose no cells.
//
// The mask is stored in the file, in a segment that decoders skip (docs/formats/patches.md). EXIF
// data and colour profiles survive.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/patch_mask.h"

namespace decant {

struct Recoding {
  const PatchMask* mask = nullptr;  ///< null = every cell is kept. REQUIRES: its grid is patch_grid_of()'s, of the result
  int quality = 0;                  ///< 1…100 as of libjpeg; a table entry never becomes finer than it is; 0 = as it is
  int eighths = 8;                  ///< 1…8: the sides become ⌈side · eighths / 8⌉
};

/// The grid of at most `cells` each way over a stored picture, or over what it becomes at a
/// resolution of `eighths`. Reads the header alone. Throws InputError for what is no picture.
PatchGrid patch_grid_of(Bytes encoded, std::string_view name, int cells, int eighths = 8);

/// The mask that was stored with the picture; nothing for one that is whole. Reads headers alone.
/// Throws InputError for a mask that does not fit the picture, or is damaged.
std::optional<PatchMask> stored_mask(Bytes encoded, std::string_view name);

/// About how many bytes the detail of each cell takes: what dropping it saves. Of a JPEG, bits of
/// the AC coefficients; of other codecs, which code across cells, as many as pixels. Throws
/// InputError as recode(). REQUIRES: patch_grid_of()'s grid.
std::vector<float> cell_bytes(Bytes encoded, std::string_view name, const PatchGrid& grid);

/// `out` is replaced; REQUIRES: it does not hold `encoded`. With nothing taken, never larger than
/// the source. From a picture that has dropped cells already, both masks' are dropped.
///
/// Throws InputError for pictures that do not decode or that cannot be re-coded; for a quality or a
/// resolution of a codec that has none; for a mask of another grid than the stored one, and a
/// reduced resolution of a picture that has one. Cost: half a millisecond for a JPEG of 224 × 224.
void recode(Bytes encoded, std::string_view name, const Recoding& how, std::vector<std::byte>& out);

}  // namespace decant
