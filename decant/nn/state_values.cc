#include "decant/nn/state_values.h"

#include <ATen/ops/empty_like.h>
#include <algorithm>

#include "decant/base/errors.h"

namespace decant::nn {

std::vector<float> values_of(const State& state) {
  std::vector<float> values;
  for (const Tensors* tensors : {&state.parameters, &state.buffers}) {
    for (const Tensor& tensor : *tensors) {
      const Tensor plain = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
      values.insert(values.end(), plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel());
    }
  }
  return values;
}

void set_values(State& state, std::span<const float> values) {
  size_t next = 0;
  for (Tensors* tensors : {&state.parameters, &state.buffers}) {
    for (Tensor& tensor : *tensors) {
      const auto count = static_cast<size_t>(tensor.numel());
      DECANT_CHECK(count <= values.size() - next, ==, true);
      Tensor other = at::empty_like(tensor, at::TensorOptions(at::kCPU).dtype(at::kFloat), at::MemoryFormat::Contiguous);
      std::ranges::copy(values.subspan(next, count), other.data_ptr<float>());
      tensor = other;
      next += count;
    }
  }
  DECANT_CHECK(next, ==, values.size());
}

}  // namespace decant::nn
