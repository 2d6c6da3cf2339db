#include "decant/kernels/targets.h"

#include <hwy/targets.h>

namespace decant {

int64_t vector_targets() {
  return hwy::SupportedTargets();
}

void use_only_targets(int64_t targets) {
  hwy::DisableTargets(~targets);
}

}  // namespace decant
