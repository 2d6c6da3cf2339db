// Principal components, exact: the directions along which rows differ most.
//
//     μ = mean of the rows,  C = 1/n · Σ (x − μ)(x − μ)ᵀ,  C v_j = λ_j v_j,  λ_1 ≥ λ_2 ≥ …,  projection y_j =
//     ⟨x − μ, v_j⟩.
//
// C is summed in double precision from centred rows (not as E[xxᵀ] − μμᵀ, which cancels for
// far-away means). An eigenvector is known only up to its sign; here its component of largest
// magnitude, the first of several, is positive. Directions that the rows do not span (λ below 10⁻¹¹
// of the trace) are noise of the solver: their component is the zero vector and they project to
// exactly 0, so few rows or constant columns give fewer live components, never random ones.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/matrix.h"

namespace decant {

struct Pca {
  std::vector<double> mean;       ///< (d,)
  Matrix<float> components;       ///< k × d, orthonormal rows, or zero
  std::vector<double> variances;  ///< (k,) λ, descending
  double total_variance = 0;      ///< trace of C
};

/// A matrix whose rows lie anywhere: row i where it is, or in `scratch`, which is made long enough.
/// Called from many threads.
struct RowSource {
  int64_t rows = 0;
  int64_t cols = 0;
  std::function<std::span<const float>(int64_t row, std::vector<float>& scratch)> row;

  RowSource(MatrixView<const float> matrix)  // any matrix is one
      : rows(matrix.rows), cols(matrix.cols), row([matrix](int64_t i, std::vector<float>&) { return matrix[i]; }) {}
  RowSource(MatrixView<float> matrix) : RowSource(MatrixView<const float>(matrix)) {}
  RowSource(int64_t n, int64_t d, std::function<std::span<const float>(int64_t, std::vector<float>&)> get)
      : rows(n), cols(d), row(std::move(get)) {}
};

/// k = min(components, d). `rows`: n × d, finite, n ≥ 1. The same bytes for every thread count.
/// Costs n·d² multiplications and about 4·d³ for the eigenvectors (half a second at d = 1000);
/// holds 2·d² + 4096·d doubles.
Pca fit_pca(const RowSource& rows, int64_t components, const Context& context);

/// out (n × k) = (rows − mean) · componentsᵀ. The same bytes for every thread count.
void project(const Pca& pca, const RowSource& rows, MatrixView<float> out, const Context& context);

/// Eigenvalues, ascending, and eigenvectors, row j belonging to values[j]. Signs as above.
struct Eigen {
  std::vector<double> values;
  Matrix<double> vectors;
};

/// Of a symmetric matrix, d × d; reads its lower triangle. LAPACK's dsyevd. Throws BugError when it
/// does not converge (NaN inside).
Eigen symmetric_eigen(Matrix<double> matrix);

}  // namespace decant
