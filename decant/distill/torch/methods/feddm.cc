// FedDM: distribution matching as federated clients do it (Y. Xiong et al., "FedDM: iterative
// distribution matching for communication-efficient federated learning", CVPR 2023,
// arXiv:2207.09653).
//
//     Σ_c ‖ mean of f(T_c) − mean of f(S_c) ‖² + ‖ mean of z(T_c) − mean of z(S_c) ‖²
//
// f = the embedding and z = the logits of a network drawn near the server's (network_ball.h), or
// anew where there is none. What DM matches is the first sum alone, on fresh networks.
//
// Others who rebuilt it take 256 real rows of each class, 1,000 steps at rate 1 with momentum 0.5,
// and a ball of radius 5. A step costs what one of DM does.
#include <ATen/TensorOperators.h>

#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/real_passes.h"

namespace decant::distill {
namespace {

class MeanOutputs final : public Objective {
 public:
  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    const int64_t classes = sides.real.labels.size(0) / sides.real.each_of_them;
    nn::State state = fetched.networks.front();
    const nn::Pass pass{.parameters = state.parameters, .buffers = state.buffers, .training = true, .once = true};
    const auto means = [&](const Tensor& embeddings) {
      return Tensors{class_means(embeddings, classes), class_means(step.network.classify(pass, embeddings), classes)};
    };
    const Tensors real = means(real_embeddings(step, state, sides.real.pictures, pass.training));
    const Tensors synthetic = means(step.network.embed(pass, sides.synthetic.pictures));
    return (real[0] - synthetic[0]).square().sum() + (real[1].detach() - synthetic[1]).square().sum();
  }
};

}  // namespace

Method federated_distribution_matching() {
  return {
      .facts = {"feddm", "distribution matching", "as dm, and the mean logits; for rounds of a federated trial, near the server's network",
                "Xiong et al., CVPR 2023, arXiv:2207.09653"},
      .usual = [](const DistillOptions&) { return Usual{.augment = "dsa"}; },
      .make =
          [](const Setting& setting, nn::SpecText& own) {
            return Parts{setting.synthetic(own), fresh_networks(), sample_per_class(setting.real, setting.options.real_batch),
                         std::make_unique<MeanOutputs>()};
          }};
}

}  // namespace decant::distill
