#include "decant/kernels/gemm.h"

#include <algorithm>
#include <cblas.h>
#include <limits>

#include "decant/base/errors.h"

namespace decant {
namespace {

/// BLAS counts in int.
blasint narrow(int64_t value) {
  DECANT_CHECK(value, <=, int64_t{std::numeric_limits<blasint>::max()});
  return static_cast<blasint>(value);
}

/// BLAS wants a leading dimension of at least 1, whatever the width.
blasint leading(int64_t stride) {
  return narrow(std::max<int64_t>(1, stride));
}

void fill_zero(MatrixView<float> c) {
  for (int64_t i = 0; i < c.rows; ++i) std::ranges::fill(c[i], 0.0F);
}

}  // namespace

void use_one_blas_thread() {
  [[maybe_unused]] static const bool done = (openblas_set_num_threads(1), true);
}

BlasThreads::BlasThreads(int threads) : several_(threads > 1) {
  use_one_blas_thread();  // now, that no product does so meanwhile
  openblas_set_num_threads(threads);
}

BlasThreads::~BlasThreads() {
  if (several_) openblas_set_num_threads(1);
}

void multiply(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c) {
  DECANT_CHECK(a.cols, ==, b.rows);
  DECANT_CHECK(a.rows, ==, c.rows);
  DECANT_CHECK(b.cols, ==, c.cols);
  if (a.cols == 0) return fill_zero(c);
  use_one_blas_thread();
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, narrow(c.rows), narrow(c.cols), narrow(a.cols), 1.0F, a.data, leading(a.stride),
              b.data, leading(b.stride), 0.0F, c.data, leading(c.stride));
}

void multiply_transposed(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c) {
  DECANT_CHECK(a.cols, ==, b.cols);
  DECANT_CHECK(a.rows, ==, c.rows);
  DECANT_CHECK(b.rows, ==, c.cols);
  if (a.cols == 0) return fill_zero(c);
  use_one_blas_thread();
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, narrow(c.rows), narrow(c.cols), narrow(a.cols), 1.0F, a.data, leading(a.stride),
              b.data, leading(b.stride), 0.0F, c.data, leading(c.stride));
}

void add_transposed_product(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> c) {
  DECANT_CHECK(a.rows, ==, b.rows);
  DECANT_CHECK(a.cols, ==, c.rows);
  DECANT_CHECK(b.cols, ==, c.cols);
  use_one_blas_thread();
  cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, narrow(c.rows), narrow(c.cols), narrow(a.rows), 1.0, a.data, leading(a.stride),
              b.data, leading(b.stride), 1.0, c.data, leading(c.stride));
}

}  // namespace decant
