#include "decant/distill/torch/real_passes.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <c10/core/GradMode.h>

#include "decant/base/errors.h"
#include "decant/distill/torch/chain.h"

namespace decant::distill {

std::vector<RealBatch> classes_of(const RealBatch& batch, const nn::Module& network) {
  const int64_t each = batch.each_of_them;
  DECANT_CHECK(each, >, 0);
  if (!network.buffers().empty()) return {batch};
  std::vector<RealBatch> parts;
  for (int64_t at = 0; at < batch.labels.size(0); at += each)
    parts.push_back({batch.pictures.narrow(0, at, each), batch.labels.narrow(0, at, each), each});
  return parts;
}

Tensor real_embeddings(const Step& step, const nn::State& state, const Tensor& pictures, bool training) {
  constexpr int64_t kTogether = 16;
  const c10::NoGradGuard no_grad;
  Tensors buffers = state.buffers;
  const nn::Pass pass{.parameters = state.parameters, .buffers = buffers, .training = training, .once = true};
  if (!buffers.empty()) return step.network.embed(pass, pictures);
  Tensors parts;
  const auto chain = Chain::of(step.network, state.parameters, pictures);
  for (const Tensor& some : pictures.split(kTogether)) parts.push_back(chain ? chain->embed(some) : step.network.embed(pass, some));
  return at::cat(parts);
}

Tensor class_means(const Tensor& values, int64_t classes) {
  std::vector<int64_t> shape = values.sizes().vec();
  shape[0] = -1;
  shape.insert(shape.begin(), classes);
  return values.reshape(shape).mean(1);
}

}  // namespace decant::distill
