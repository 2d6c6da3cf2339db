// IDC: J.-H. Kim, J. Kim, S. J. Oh et al., "Dataset condensation via efficient synthetic-data
// parameterization", ICML 2022, arXiv:2205.14959.
//
//     Σ_c D(∇θ ℓ(S_c; θ), ∇θ ℓ(T_c; θ))  over the weights of convolutions alone
//     D = Σ (a − b)² for colour pictures, Σ |a − b| / 50 for grey ones
//
// Three changes to DC: the distance; networks trained on real rows, not on S, which DC's objective
// soon fits; and multi-formation (multi_formation.cc), factor 2 unless given. A network is drawn
// every `inner` steps, and sees `updates` batches of 64 real rows after each.
//
// Published code (github.com/snu-mllab/Efficient-Dataset-Condensation) has rates 0.005 for colour
// and 0.0001 for grey in pixels of [0, 1], for 200,000 steps; the 50 between them stands in the
// objective here, so that one rate serves both. In normalised pixels they are about 0.1; rate 1
// suits the few steps of a CPU: in ten, with eight rows a class and width 32, it halves the
// objective on CIFAR-10, where 0.1 takes off a third. The distance grows with the width: at 128 and
// on grey pictures 0.1 is the better rate (docs/evidence.md). Published code updates after every
// class, trains networks a whole epoch of 500 to 2,000 rows between two steps, with CutMix, keeps
// them for 100 steps, forgets nothing of their momentum between them, and shows at most 128
// pictures of a class at a time.
//
// A step, for each class: as DC, of factor² times as many pictures. Memory: the graph of one class.
#include <ATen/TensorOperators.h>
#include <algorithm>

#include "decant/base/errors.h"
#include "decant/distill/torch/gradients.h"
#include "decant/distill/torch/methods/list.h"

namespace decant::distill {
namespace {

constexpr double kGreyShare = 1.0 / 50;

bool is_convolution(const nn::TensorSpec& parameter) {
  return parameter.shape.size() == 4;
}

Tensors of_convolutions(const Tensors& gradients) {
  Tensors chosen;
  std::ranges::copy_if(gradients, std::back_inserter(chosen), [](const Tensor& one) { return one.dim() == 4; });
  return chosen;
}

class ConvolutionGradients final : public Objective {
 public:
  bool class_by_class(const Step&) const override { return true; }

  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    const nn::State& state = fetched.networks.front();
    const Tensors real = of_convolutions(real_gradients(step, state, sides.real));
    const bool grey = sides.real.pictures.size(1) == 1;
    return distance_of_gradients(step, state, sides.synthetic, [&](const Tensors& all) {
      const Tensors own = of_convolutions(all);
      return grey ? absolute_distance(real, own) * kGreyShare : squared_distance(real, own);
    });
  }
};

Parts make_idc(const Setting& setting, nn::SpecText& own) {
  if (std::ranges::none_of(setting.network.parameters(), is_convolution))
    throw InputError({"", setting.options.net, "has no convolutions, whose gradients idc compares", "Choose another --net or --method dc"});
  const int inner = own.number("inner", 20, 1, 100'000);
  const int updates = own.number("updates", 4, 0, 100'000);
  const Upkeep upkeep{.updates = updates,
                      .batch = 64,
                      .rate = 0.01,
                      .momentum = 0.9,
                      .weight_decay = 5e-4,
                      .on = &setting.real,
                      .augment = setting.options.augment};
  return {setting.synthetic(own, {.factor = 2}), periodic_networks(inner, upkeep),
          sample_per_class(setting.real, setting.options.real_batch), std::make_unique<ConvolutionGradients>()};
}

}  // namespace

Method multi_formation_matching() {
  return {.facts = {"idc", "parameter matching, one step", "the gradients of convolutions trained on real rows, four pictures in one",
                    "Kim et al., ICML 2022, arXiv:2205.14959"},
          .usual = [](const DistillOptions&) { return Usual{.rate = 1, .augment = "dsa"}; },
          .make = make_idc};
}

}  // namespace decant::distill
