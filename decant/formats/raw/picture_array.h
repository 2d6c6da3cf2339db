// Arrays of unsigned bytes as pictures, and arrays of integers as their labels.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decant/formats/npy/npy.h"
#include "decant/formats/raw/raw_pictures.h"

namespace decant {

struct PictureArrayLayout {
  ImageSize size;
  PixelOrder order = PixelOrder::interleaved;
};

/// Of (n, height, width), (n, height, width, 1 or 3) or (n, 1 or 3, height, width) unsigned bytes;
/// nothing for another array, or one without pixels.
std::optional<PictureArrayLayout> picture_layout(const NpyArray& array);

/// Class numbers of shape (count,) or (count, 1), any integers, or floats without fractions. Throws
/// InputError: another shape or type, a number that is no class (the row is named). `name` is for
/// messages.
std::vector<int32_t> class_numbers(const NpyArray& array, int64_t count, const std::string& name);

/// An .npy file of the entries `rows` of an array.
std::vector<std::byte> cut_npy(const NpyArray& array, std::span<const int64_t> rows);

}  // namespace decant
