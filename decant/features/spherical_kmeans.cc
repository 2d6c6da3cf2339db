#include "decant/features/spherical_kmeans.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/kernels/gemm.h"

namespace decant::features {
namespace {

constexpr int64_t kRowChunk = 1024;

std::vector<int64_t> assign(MatrixView<const float> rows, const Matrix<float>& centroids, const Context& context) {
  std::vector<int64_t> nearest(static_cast<size_t>(rows.rows));
  parallel_for(context, rows.rows, kRowChunk, [&](int64_t begin, int64_t end) {
    Matrix<float> cosines(end - begin, centroids.rows());
    multiply_transposed(rows.slice(begin, end), centroids.view(), cosines.view());
    for (int64_t i = begin; i < end; ++i) {
      const auto row = cosines[i - begin];
      nearest[static_cast<size_t>(i)] = std::max_element(row.begin(), row.end()) - row.begin();
    }
  });
  return nearest;
}

/// One thread, rows in order: cheap compared with the products, and the sums never depend on who
/// ran what.
Matrix<float> sums_of(MatrixView<const float> rows, std::span<const int64_t> nearest, int64_t k, std::vector<int64_t>& counts) {
  Matrix<float> sums(k, rows.cols);
  counts.assign(static_cast<size_t>(k), 0);
  for (int64_t i = 0; i < rows.rows; ++i) {
    const int64_t c = nearest[static_cast<size_t>(i)];
    ++counts[static_cast<size_t>(c)];
    float* sum = sums[c].data();
    const float* x = rows[i].data();
    for (int64_t j = 0; j < rows.cols; ++j) sum[j] += x[j];
  }
  return sums;
}

}  // namespace

void to_unit(std::span<float> row) {
  double squares = 0;
  for (const float v : row) squares += static_cast<double>(v) * static_cast<double>(v);
  if (squares == 0) return;
  const auto scale = static_cast<float>(1 / std::sqrt(squares));
  for (float& v : row) v *= scale;
}

Matrix<float> spherical_kmeans(MatrixView<const float> rows, int64_t k, int iterations, uint64_t seed, const Context& context) {
  DECANT_CHECK(rows.rows, >, 0);
  DECANT_CHECK(k, >, 0);
  Random random(seed, "spherical_kmeans");
  const auto start = random.permutation(rows.rows);
  Matrix<float> centroids(k, rows.cols);
  for (int64_t c = 0; c < k; ++c) std::ranges::copy(rows[start[static_cast<size_t>(c % rows.rows)]], centroids[c].begin());
  std::vector<int64_t> counts;
  for (int i = 0; i < iterations; ++i) {
    centroids = sums_of(rows, assign(rows, centroids, context), k, counts);
    for (int64_t c = 0; c < k; ++c) {
      const auto anyone = static_cast<int64_t>(random.below(static_cast<uint64_t>(rows.rows)));
      if (counts[static_cast<size_t>(c)] == 0) std::ranges::copy(rows[anyone], centroids[c].begin());
      to_unit(centroids[c]);
    }
  }
  return centroids;
}

}  // namespace decant::features
