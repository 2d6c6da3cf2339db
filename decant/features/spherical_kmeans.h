// k-means on the unit sphere: directions that many rows share.
#pragma once

#include <cstdint>
#include <span>

#include "decant/base/context.h"
#include "decant/base/matrix.h"

namespace decant::features {

/// k unit centroids (k × d) of rows (n × d, unit or zero, n ≥ 1): every row joins the centroid of
/// largest inner product (the lower number on a tie), every centroid becomes the sum of its rows,
/// scaled to length 1. Starts from random rows; a centroid that nobody joins becomes a random row.
/// The same bytes for every thread count. Costs 2·n·k·d·iterations flops.
Matrix<float> spherical_kmeans(MatrixView<const float> rows, int64_t k, int iterations, uint64_t seed, const Context& context);

/// Scales the row to length 1; a zero row stays zero.
void to_unit(std::span<float> row);

}  // namespace decant::features
