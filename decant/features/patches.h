// Small square pictures and the patches cut from them: what conv_kmeans learns from.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/matrix.h"
#include "decant/data/image.h"

namespace decant::features {

/// Where patches lie on a square picture. Patch number y · grid() + x has its corner at (x, y) ·
/// stride.
struct PatchGrid {
  int side = 32;
  int patch = 6;
  int stride = 1;
  int channels = 3;

  int grid() const { return (side - patch) / stride + 1; }  ///< patches along one side
  int values() const { return patch * patch * channels; }   ///< numbers in a patch
  int picture_values() const { return side * side * channels; }
};

/// A rectangle of patches, in grid coordinates.
struct PatchRange {
  int top, bottom, left, right;  ///< rows [top, bottom), columns [left, right)
  int count() const { return (bottom - top) * (right - left); }
};

/// Squeezes a picture of any size into side × side × channels (the aspect is not kept: nothing is
/// cut off). Grey becomes RGB by repetition, RGB becomes grey as (299 R + 587 G + 114 B) / 1000.
void to_square(ImageView image, const PatchGrid& grid, std::vector<uint8_t>& square);

/// Row i of `out` (count × values) becomes patch i of the range, row by row, with its brightness
/// and contrast taken out:
///     x = (u − mean u) / sqrt(var u + 10),   u in 0…255.
/// The 10 keeps flat patches flat instead of blowing up their noise (Coates & Ng 2012, section
/// 2.1). Mean and variance come from exact integer sums.
void normalised_patches(std::span<const uint8_t> square, const PatchGrid& grid, PatchRange range, MatrixView<float> out);

}  // namespace decant::features
