// The coefficients of a JPEG's component, and what can be taken from them.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <jpeglib.h>
#include <vector>

#include "decant/data/patch_mask.h"

namespace decant::image_codec {

/// What coefficients are multiples of, in natural (not zigzag) order, as libjpeg has both.
using QuantSteps = std::array<uint16_t, DCTSIZE2>;

/// A view; the blocks belong to libjpeg.
struct BlockPlane {
  std::vector<JBLOCKROW> rows;
  int across = 0;
  int unit_across = 1;  ///< blocks of this component in a unit of the picture's grid
  int unit_down = 1;
};

/// Leaves the DC coefficients of dropped cells, and zeros in place of the AC ones.
void drop_cells(BlockPlane& plane, const PatchMask& mask);

/// Adds to each cell about how many bits its AC coefficients take: of each that is not zero, those
/// of its magnitude and four for its place.
void add_detail_bits(const BlockPlane& plane, const PatchGrid& grid, std::vector<float>& bits);

/// Every coefficient becomes the multiple of its new step that is nearest, halves away from zero.
void requantise(BlockPlane& plane, const QuantSteps& from, const QuantSteps& to);

/// `to` becomes `from` at eighths/8 of its size. The lowest n × n coefficients of a block, n =
/// eighths, are the DCT of n × n samples: with orthonormal DCT matrices,
///
///     X = n/8 · C_nᵀ · F[:n, :n] · C_n
///
/// which is what libjpeg decodes to at scale 3/8, 5/8, 6/8 and 7/8 (at 2/8 and 4/8 it averages
/// pixels instead). The samples, not rounded, are cut into blocks of 8 × 8 again, transformed and
/// quantised: once, and without leaving the component's own resolution and colour. Samples behind
/// the last are copies of it.
void scale_blocks(const BlockPlane& from, const QuantSteps& from_steps, int eighths, BlockPlane& to, const QuantSteps& to_steps);

}  // namespace decant::image_codec
