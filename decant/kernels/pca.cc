#include "decant/kernels/pca.h"

#include <algorithm>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/kernels/gemm.h"

// LAPACK, Fortran calling convention: everything by pointer, column-major, the lengths of the
// character arguments at the end.
extern "C" void dsyevd_(const char* jobz, const char* uplo, const int* n, double* a, const int* lda, double* w, double* work,
                        const int* lwork, int* iwork, const int* liwork, int* info, size_t jobz_length, size_t uplo_length);

namespace decant {
namespace {

constexpr int64_t kPanel = 4096;     // rows centred at a time
constexpr int64_t kTile = 128;       // columns of C that one task sums
constexpr int64_t kMeanRows = 1024;  // rows summed at a time
constexpr double kNoise = 1e-11;

std::vector<double> mean_of(const RowSource& rows, const Context& context) {
  const int64_t d = rows.cols;
  const int64_t chunks = (rows.rows + kMeanRows - 1) / kMeanRows;
  Matrix<double> sums(chunks, d);
  parallel_for(context, rows.rows, kMeanRows, [&](int64_t begin, int64_t end) {
    const auto sum = sums[begin / kMeanRows];
    std::vector<float> scratch;
    for (int64_t i = begin; i < end; ++i) {
      const float* x = rows.row(i, scratch).data();
      for (size_t j = 0; j < sum.size(); ++j) sum[j] += static_cast<double>(x[j]);
    }
  });
  std::vector<double> mean(static_cast<size_t>(d));
  for (int64_t c = 0; c < chunks; ++c) {
    for (size_t j = 0; j < mean.size(); ++j) mean[j] += sums[c][j];
  }
  for (double& m : mean) m /= static_cast<double>(rows.rows);
  return mean;
}

/// The lower triangle of C, tile by tile: every tile sums its panels in order, whoever computes it.
Matrix<double> covariance_of(const RowSource& rows, std::span<const double> mean, const Context& context) {
  const int64_t d = rows.cols;
  Matrix<double> covariance(d, d);
  Matrix<double> panel(std::min(kPanel, rows.rows), d);
  const int64_t tiles = (d + kTile - 1) / kTile;
  for (int64_t begin = 0; begin < rows.rows; begin += kPanel) {
    const int64_t count = std::min(kPanel, rows.rows - begin);
    parallel_for(context, count, 256, [&](int64_t from, int64_t to) {
      std::vector<float> scratch;
      for (int64_t i = from; i < to; ++i) {
        const float* x = rows.row(begin + i, scratch).data();
        double* centred = panel[i].data();
        for (size_t j = 0; j < mean.size(); ++j) centred[j] = static_cast<double>(x[j]) - mean[j];
      }
    });
    const auto columns = [&](int64_t tile) {
      return MatrixView<const double>(panel.data() + tile * kTile, count, std::min(kTile, d - tile * kTile), d);
    };
    parallel_for(context, tiles * tiles, 1, [&](int64_t task, int64_t) {
      const int64_t i = task / tiles, j = task % tiles;
      if (j > i) return;
      const auto a = columns(i), b = columns(j);
      add_transposed_product(a, b, {covariance.data() + i * kTile * d + j * kTile, a.cols, b.cols, d});
    });
  }
  const double scale = 1.0 / static_cast<double>(rows.rows);
  for (int64_t i = 0; i < d; ++i) {
    for (double& value : covariance[i]) value *= scale;
  }
  return covariance;
}

void fix_sign(std::span<double> vector) {
  const auto less = [](double a, double b) { return std::abs(a) < std::abs(b); };
  const auto largest = std::max_element(vector.begin(), vector.end(), less);
  if (largest == vector.end() || *largest >= 0) return;
  for (double& v : vector) v = -v;
}

}  // namespace

Eigen symmetric_eigen(Matrix<double> matrix) {
  DECANT_CHECK(matrix.rows(), ==, matrix.cols());
  DECANT_CHECK(matrix.rows(), <, 20000);  // LAPACK's workspace size, 2·d², is an int
  use_one_blas_thread();
  const int n = static_cast<int>(matrix.rows());
  Eigen eigen{std::vector<double>(static_cast<size_t>(n)), std::move(matrix)};
  if (n == 0) return eigen;
  int info = 0;
  const auto solve = [&](double* work, int lwork, int* iwork, int liwork) {
    // Our lower triangle, row-major, is their upper one; their eigenvector j, a column, is our row
    // j.
    dsyevd_("V", "U", &n, eigen.vectors.data(), &n, eigen.values.data(), work, &lwork, iwork, &liwork, &info, 1, 1);
    DECANT_CHECK(info, ==, 0);
  };
  double work_size = 0;
  int iwork_size = 0;
  solve(&work_size, -1, &iwork_size, -1);
  std::vector<double> work(static_cast<size_t>(work_size));
  std::vector<int> iwork(static_cast<size_t>(iwork_size));
  solve(work.data(), static_cast<int>(work.size()), iwork.data(), iwork_size);
  for (int64_t j = 0; j < n; ++j) fix_sign(eigen.vectors[j]);
  return eigen;
}

Pca fit_pca(const RowSource& rows, int64_t components, const Context& context) {
  DECANT_CHECK(rows.rows, >, 0);
  const int64_t d = rows.cols;
  const int64_t k = std::min(components, d);
  Pca pca{mean_of(rows, context), Matrix<float>(k, d), std::vector<double>(static_cast<size_t>(k)), 0};
  Matrix<double> covariance = covariance_of(rows, pca.mean, context);
  for (int64_t i = 0; i < d; ++i) pca.total_variance += covariance[i][static_cast<size_t>(i)];
  DECANT_CHECK(std::isfinite(pca.total_variance), ==, true);
  const Eigen eigen = symmetric_eigen(std::move(covariance));
  for (int64_t j = 0; j < k; ++j) {
    const double value = eigen.values[static_cast<size_t>(d - 1 - j)];
    if (!(value > kNoise * pca.total_variance)) break;
    pca.variances[static_cast<size_t>(j)] = value;
    std::ranges::transform(eigen.vectors[d - 1 - j], pca.components[j].begin(), [](double v) { return static_cast<float>(v); });
  }
  return pca;
}

void project(const Pca& pca, const RowSource& rows, MatrixView<float> out, const Context& context) {
  DECANT_CHECK(rows.cols, ==, pca.components.cols());
  DECANT_CHECK(rows.rows, ==, out.rows);
  DECANT_CHECK(out.cols, ==, pca.components.rows());
  parallel_for(context, rows.rows, 256, [&](int64_t begin, int64_t end) {
    Matrix<float> centred(end - begin, rows.cols);
    std::vector<float> scratch;
    for (int64_t i = begin; i < end; ++i) {
      const float* x = rows.row(i, scratch).data();
      float* y = centred[i - begin].data();
      for (size_t j = 0; j < pca.mean.size(); ++j) y[j] = static_cast<float>(static_cast<double>(x[j]) - pca.mean[j]);
    }
    multiply_transposed(centred.view(), pca.components.view(), out.slice(begin, end));
  });
}

}  // namespace decant
