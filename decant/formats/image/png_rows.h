// A PNG with other pixels: its rows are coded anew, and every other chunk stays, byte for byte and
// in its place.
#pragma once

#include <spng.h>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/formats/image/raster.h"

namespace decant::image_codec {

struct PngChunk {
  std::string_view type;  ///< four letters
  Bytes data;
};

/// The chunks of a PNG up to IEND, or up to one that is cut off. Views into `bytes`.
std::vector<PngChunk> png_chunks(Bytes bytes);

bool has_png_chunk(const std::vector<PngChunk>& chunks, std::string_view type);

/// A file of these pixels alone, not interlaced, the smaller of two: with adaptive filters, and
/// with none. `palette`: null where pixels are no indices. Its IDAT chunks are what is wanted.
std::vector<std::byte> encode_png_rows(const Raster& raster, const spng_ihdr& header, const spng_plte* palette);

struct NewPngRows {
  Bytes file;               ///< encode_png_rows()
  bool same_pixels = true;  ///< else chunks go that hang on them: the histogram, unknown ones that say so, further frames
  /// Stands before the rows, in place of those of its type in the source; no data = these go.
  PngChunk before_rows = {};
};

/// The chunks of `source` around those rows, up to the end mark; an IHDR loses its interlacing.
std::vector<std::byte> with_png_rows(const std::vector<PngChunk>& source, const NewPngRows& rows);

}  // namespace decant::image_codec
