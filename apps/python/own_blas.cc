#include "apps/python/own_blas.h"

#include <cstdlib>
#include <string>

#include "decant/kernels/blas_core.h"

#ifdef DECANT_OWN_BLAS
extern "C" {
void gotoblas_dynamic_init();
void gotoblas_dynamic_quit();
}
#endif

namespace decant::python {

void use_better_kernels() {
#ifdef DECANT_OWN_BLAS
  constexpr const char* kCoreType = "OPENBLAS_CORETYPE";
  if (std::getenv(kCoreType) != nullptr) return;
  const std::string core(better_blas_core());
  if (core.empty() || ::setenv(kCoreType, core.c_str(), /*overwrite=*/0) != 0) return;
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();  // reads the variable
  ::unsetenv(kCoreType);
#endif
}

}  // namespace decant::python
