// Matrix products, a thin layer over BLAS.
//
// The trap is BLAS's own threads: they would fight with parallel_for, and some builds sum in
// another order for another number of them. So the first call sets OpenBLAS to one thread for the
// whole process, and callers run in parallel over blocks of fixed shape. One shape on one machine
// always gives the same bytes; another kind of processor has another kernel and may differ in the
// last digits.
#pragma once

#include "decant/base/matrix.h"

namespace decant {

/// Sets OpenBLAS, LAPACK's routines among it, to one thread for the process. Everything here calls
/// it; cheap.
void use_one_blas_thread();

/// For libtorch, whose products are OpenBLAS's in Debian's build and do not heed libtorch's own
/// number of threads: so many threads while this lives, one again afterwards. More than one only
/// where nothing else computes; objects of one thread may overlap.
class BlasThreads {
 public:
  explicit BlasThreads(int threads);
  ~BlasThreads();
  BlasThreads(const BlasThreads&) = delete;
  BlasThreads& operator=(const BlasThreads&) = delete;

 private:
  bool several_;
};

/// c = a · b. (m × k) · (k × n). Thread-safe; no overlap of c with a or b. An empty sum is zero.
void multiply(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c);
/// c = a · bᵀ. (m × k) · (n × k)ᵀ.
void multiply_transposed(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c);
/// c += aᵀ · b. (r × m)ᵀ · (r × n), in double precision.
void add_transposed_product(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> c);

}  // namespace decant
