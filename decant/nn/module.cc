#include "decant/nn/module.h"

#include <ATen/ops/empty.h>
#include <algorithm>
#include <cmath>

namespace decant::nn {
namespace {

double draw(const TensorSpec& spec, Random& random) {
  switch (spec.init) {
    case Init::zeros:
      return 0;
    case Init::formula:  // fresh() fills these
      return 0;
    case Init::ones:
      return 1;
    case Init::kaiming_normal:
      return spec.scale * random.normal();
    case Init::kaiming_uniform:
      return spec.scale * (2 * random.uniform() - 1);
    case Init::trunc_normal: {
      double z = random.normal();
      while (std::abs(z) > 2) z = random.normal();
      return spec.scale * z;
    }
  }
  return 0;
}

Tensors fresh(const std::vector<TensorSpec>& specs, Random& random) {
  Tensors tensors;
  for (const TensorSpec& spec : specs) {
    tensors.push_back(at::empty(spec.shape, at::kFloat));
    float* values = tensors.back().data_ptr<float>();
    int64_t i = 0;
    const auto value = [&] { return spec.init == Init::formula ? spec.formula(i++) : draw(spec, random); };
    std::generate_n(values, tensors.back().numel(), [&] { return static_cast<float>(value()); });
  }
  return tensors;
}

}  // namespace

State initial_state(const Module& module, Random random) {
  Tensors parameters = fresh(module.parameters(), random);
  return {std::move(parameters), fresh(module.buffers(), random)};
}

}  // namespace decant::nn
