// The extension's own OpenBLAS.
#pragma once

namespace decant::python {

/// Has OpenBLAS use the kernels that the program would restart itself for (kernels/blas_core.h), so
/// that both compute the same numbers. Does nothing where OpenBLAS is shared with others, or where
/// OPENBLAS_CORETYPE says which to use. To be called while the extension is loaded, before any
/// product.
void use_better_kernels();

}  // namespace decant::python
