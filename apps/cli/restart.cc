#include "apps/cli/restart.h"

#include <cstdlib>
#include <string>
#include <unistd.h>

#include "decant/kernels/blas_core.h"

namespace decant::cli {

void restart_with_better_blas(char* const* argv) {
  constexpr const char* kCoreType = "OPENBLAS_CORETYPE";
  if (std::getenv(kCoreType) != nullptr) return;
  const std::string core(better_blas_core());
  if (core.empty() || setenv(kCoreType, core.c_str(), 0) != 0) return;
  execv("/proc/self/exe", argv);
  unsetenv(kCoreType);
}

}  // namespace decant::cli
