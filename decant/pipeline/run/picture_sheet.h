// All pictures of a synthetic set as one PNG: a row for each class, so many pictures in it, small
// ones enlarged, with white lines between them.
#pragma once

#include <filesystem>
#include <vector>

#include "decant/data/image.h"
#include "decant/distill/distill.h"

namespace decant {

/// Of a run's folder: first.png, half-way.png, last.png.
inline constexpr const char* kSheetsFolder = "sheets";

/// Picture `number` of a set with 8 bits a value: rounded, and cut off below 0 and above 1.
void draw_picture(const distill::SyntheticSet& set, int64_t number, Image& image);

/// At most `most` pictures of each class.
void write_sheet(const distill::SyntheticSet& set, int most, const std::filesystem::path& file);

struct PictureSheet {
  int classes = 0;
  int across = 0;               ///< pictures of each class
  std::vector<Image> pictures;  ///< class after class, as they were before they were enlarged
};

/// What write_sheet() wrote of pictures of this size. Throws InputError for a file that is no such
/// sheet.
PictureSheet read_sheet(const std::filesystem::path& file, const ImageSize& size);

}  // namespace decant
