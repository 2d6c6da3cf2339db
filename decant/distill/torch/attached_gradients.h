// A gradient that was computed by other means, as part of a graph.
#pragma once

#include "decant/nn/module.h"

namespace decant::distill {

/// `value`, with a graph that gives each of `tensors` the gradient of the same place (none where
/// that is undefined), whatever `value` was made of.
at::Tensor with_gradients(const at::Tensor& value, const nn::Tensors& tensors, const nn::Tensors& gradients);

}  // namespace decant::distill
