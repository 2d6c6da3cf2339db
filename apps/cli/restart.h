// Starting again with what must stand in the environment before the program does.
#pragma once

namespace decant::cli {

/// Where OpenBLAS chose kernels older than the processor (kernels/blas_core.h) and the user did not
/// choose any: starts this program again, in the same process, with OPENBLAS_CORETYPE set. Returns
/// where nothing is to be done, or the program cannot be started again. Cost then: 10 ms.
/// REQUIRES: no other thread, nothing open.
void restart_with_better_blas(char* const* argv);

}  // namespace decant::cli
