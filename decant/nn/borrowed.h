// Tensors of values that lie in a vector.
#pragma once

#include <ATen/ops/from_blob.h>
#include <vector>

#include "decant/nn/module.h"

namespace decant::nn {

/// `values` as a tensor of that shape on `device`. On the CPU nothing is copied: they must outlive
/// the tensor. (libtorch has no views of constants; nothing is written.)
template <class T>
Tensor borrowed(const std::vector<T>& values, at::IntArrayRef shape, at::ScalarType type, c10::Device device) {
  return at::from_blob(const_cast<T*>(values.data()), shape, type).to(device);
}

}  // namespace decant::nn
