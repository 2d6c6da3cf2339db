// DM: distribution matching (B. Zhao and H. Bilen, "Dataset condensation with distribution
// matching", WACV 2023, arXiv:2110.04181).
//
//     Σ_c ‖ mean of f(T_c) − mean of f(S_c) ‖²,   f = the embedding of a network drawn for this step
//
// Published code (github.com/VICO-UoE/DatasetCondensation, main_DM.py) takes 256 real rows of each
// class, 20,000 steps at rate 1 (10 from 100 pictures a class on), momentum 0.5, real pictures
// first and DSA on both sides; it does not keep pictures in the range of pixels, so they drift to
// several times the data's deviation, and networks with batch norm fall to chance on them. Here
// they drift as well, and are cut off when they are finished: measured better than keeping them in
// the range all along, for networks with batch norm too (docs/evidence.md).
//
// A step: one forward of all real rows without a graph, one forward and backward of S. Memory: the
// activations of 64 real rows, a layer at a time, and of S, all of them.
#include <ATen/TensorOperators.h>

#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/real_passes.h"

namespace decant::distill {
namespace {

class MeanEmbedding final : public Objective {
 public:
  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    const int64_t classes = sides.real.labels.size(0) / sides.real.each_of_them;
    nn::State state = fetched.networks.front();
    const nn::Pass pass{.parameters = state.parameters, .buffers = state.buffers, .training = true, .once = true};
    const Tensor real = class_means(real_embeddings(step, state, sides.real.pictures, pass.training), classes);
    const Tensor synthetic = class_means(step.network.embed(pass, sides.synthetic.pictures), classes);
    return (real - synthetic).square().sum();
  }
};

}  // namespace

Method distribution_matching() {
  return {.facts = {"dm", "distribution matching", "the mean embedding of each class, by networks drawn anew",
                    "Zhao and Bilen, WACV 2023, arXiv:2110.04181"},
          .usual =
              [](const DistillOptions& options) {
                return Usual{.rate = options.per_class >= 100 ? 10.0 : 1.0, .augment = "dsa", .projection = "end"};
              },
          .make =
              [](const Setting& setting, nn::SpecText& own) {
                return Parts{setting.synthetic(own), fresh_networks(), sample_per_class(setting.real, setting.options.real_batch),
                             std::make_unique<MeanEmbedding>()};
              }};
}

}  // namespace decant::distill
