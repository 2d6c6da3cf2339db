// What recode.cc asks of the three codecs. REQUIRES of all: the bytes start with the codec's
// signature.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "decant/formats/image/recode.h"

namespace decant::image_codec {

/// The picture as a grid of one cell, and the mask in its file.
struct StoredPatches {
  PatchGrid whole;
  std::optional<PatchMask> mask;
};

StoredPatches patches_in_jpeg(Bytes bytes, std::string_view name);
StoredPatches patches_in_png(Bytes bytes, std::string_view name);
StoredPatches patches_in_webp(Bytes bytes, std::string_view name);

/// REQUIRES: the grid is of this picture.
std::vector<float> cell_bytes_of_jpeg(Bytes bytes, std::string_view name, const PatchGrid& grid);

/// `how` is checked: its numbers are in range, and its mask is of the result's size.
void recode_jpeg(Bytes bytes, std::string_view name, const Recoding& how, std::vector<std::byte>& out);
/// REQUIRES: neither quality nor eighths.
void recode_png(Bytes bytes, std::string_view name, const PatchMask* mask, std::vector<std::byte>& out);
void recode_webp(Bytes bytes, std::string_view name, const PatchMask* mask, std::vector<std::byte>& out);

}  // namespace decant::image_codec
