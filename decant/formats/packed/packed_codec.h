// One picture and its mask as bytes, given the model of the file (packed_model.h). Lossless where
// cells are kept; of a dropped cell, its mean colour is.
//
// A record, as docs/formats/packed.md has it with an example:
//
//     width, height, channels    LEB128; only in files whose pictures differ in size
//     columns                    LEB128; 0 = nothing dropped, and no rows and no bits
//     rows                       LEB128
//     kept                       ⌈columns · rows / 8⌉ bytes, cell i is bit i % 8 of byte i / 8
//     samples                    arithmetic coded, to the end of the record
//
// A record has at least one byte for every 4,096 samples (zeros are added where it would not), so
// that the memory for a picture is in proportion to its record.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/image.h"
#include "decant/data/patch_mask.h"
#include "decant/formats/packed/packed_model.h"

namespace decant::packed {

constexpr int kMaxSide = 65535;
constexpr int64_t kMaxPixels = int64_t{1} << 28;
constexpr int64_t kSamplesPerByte = 4096;

/// Width, height and channels that a record may have: 1 … kMaxSide, at most kMaxPixels, 1 or 3.
bool is_valid(const ImageSize& size);

struct Record {
  ImageSize size;
  std::optional<PatchMask> mask;
  Bytes samples;
};

/// Takes a record apart. `fixed`: the size of all pictures of the file, when they have one. Throws
/// InputError naming `name`.
Record parse_record(Bytes record, const std::optional<ImageSize>& fixed, std::string_view name);

/// Each pixel of a dropped cell becomes the cell's mean colour, each channel rounded by itself,
/// halves up.
void flatten_dropped(const PatchMask& mask, Image& image);

/// Appends the record of a picture. Drops what `mask`, null for nothing, says: `image` is
/// flattened. About 100 ns per sample. REQUIRES: is_valid(size); the mask is of that size, its unit
/// one pixel.
void encode_record(const Model& model, Image& image, const PatchMask* mask, bool fixed, std::vector<std::byte>& out);

/// The picture of a parsed record, into `image`, whose allocation is used again. About 100 ns a
/// sample. Samples that no encoder wrote give some picture.
void decode_record(const Model& model, const Record& record, Image& image);

}  // namespace decant::packed
