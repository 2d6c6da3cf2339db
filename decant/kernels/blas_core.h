// Which kernels OpenBLAS should use. It decides by the model of the processor while it is loaded,
// and takes its oldest kernels (SSE3) on a model it does not know: Debian 12's 0.3.21 does so on
// some Xeons with AVX-512 and AMX, where matrix products then take about three times as long. Only
// the environment variable OPENBLAS_CORETYPE, set before the program starts, changes its mind.
#pragma once

#include <string_view>

namespace decant {

struct VectorUnits {
  bool avx2 = false;    ///< with FMA
  bool avx512 = false;  ///< F, CD, BW, DQ and VL, as of Skylake servers
};

/// Those of this processor that the operating system lets programs use.
VectorUnits vector_units();

/// The value for OPENBLAS_CORETYPE where `chosen`, the name of OpenBLAS's kernels, stands for ones
/// older than the processor; empty where they are right or unknown.
std::string_view better_blas_core(std::string_view chosen, VectorUnits units);

/// The same for the kernels that OpenBLAS uses now.
std::string_view better_blas_core();

}  // namespace decant
