#include "decant/patches/torch/subject.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/where.h>

namespace decant::patches {

Tensor classes_of(const Tensor& labels, const Tensor& scores) {
  return at::where(labels < 0, scores.argmax(1), labels);
}

}  // namespace decant::patches
