#include "decant/distill/torch/attached_gradients.h"

#include <ATen/TensorOperators.h>

#include "decant/base/errors.h"

namespace decant::distill {

at::Tensor with_gradients(const at::Tensor& value, const nn::Tensors& tensors, const nn::Tensors& gradients) {
  DECANT_CHECK(tensors.size(), ==, gradients.size());
  at::Tensor result = value.detach();
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!gradients[i].defined()) continue;
    const at::Tensor slope = (tensors[i] * gradients[i].detach()).sum();
    result = result + (slope - slope.detach());
  }
  return result;
}

}  // namespace decant::distill
