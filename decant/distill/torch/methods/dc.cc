// DC: gradient matching (B. Zhao, K. R. Mopuri and H. Bilen, "Dataset condensation with gradient
// matching", ICLR 2021, arXiv:2006.05929), and DSA, the same with every picture of both sides
// augmented alike (B. Zhao and H. Bilen, "Dataset condensation with differentiable Siamese
// augmentation", ICML 2021, arXiv:2102.08259).
//
//     Σ_c D(∇θ ℓ(S_c; θ), ∇θ ℓ(T_c; θ)),   D = gradients.h's layerwise cosine
//
// A network is drawn, matched at, trained on S for a while, matched at again, …: `inner` steps of
// the loop, with `updates` batches of plain SGD at 0.01 between them.
//
// Published code (github.com/VICO-UoE/DatasetCondensation, main.py) has 1,000 networks, 1, 10 and
// 50 steps for 1, 10 and 50 pictures a class and 1, 50 and 10 epochs on S between them, rate 0.1,
// momentum 0.5 and 256 real rows of each class, and keeps the graphs of all classes until one
// backward: here each class's graph is let go before the next. DC starts from noise there; here
// from real rows, as DSA does, which needs fewer steps. One picture a class is learnt at 0.1, as
// there; several, of which a minute makes few steps, at 1, which reaches in 50 steps what 0.1
// reaches in 200. Pictures leave the range of pixels, as there, and are cut off at it when they are
// finished: measured better than keeping them in it, for networks with batch norm too
// (docs/evidence.md).
//
// A step, for each class: forward and backward of the real rows, forward and backward of S_c and a
// second backward through both. Memory: the larger of the two graphs of one class; with the field's
// ConvNet passes written by hand take their place (chain.h), and real rows pass 16 at a time.
#include <algorithm>

#include "decant/distill/torch/gradients.h"
#include "decant/distill/torch/methods/list.h"

namespace decant::distill {
namespace {

class GradientDistance final : public Objective {
 public:
  bool class_by_class(const Step&) const override { return true; }

  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    const nn::State& state = fetched.networks.front();
    const Tensors real = real_gradients(step, state, sides.real);
    return distance_of_gradients(step, state, sides.synthetic, [&](const Tensors& own) { return layerwise_cosine(real, own); });
  }
};

Usual usual(const DistillOptions& options, const std::string& augment) {
  return {.rate = options.per_class == 1 ? 0.1 : 1.0, .real_batch = 64, .augment = augment, .projection = "end"};
}

Parts make_dc(const Setting& setting, nn::SpecText& own) {
  const bool one = setting.options.per_class == 1;
  const int inner = own.number("inner", one ? 1 : 10, 1, 100'000);
  const int updates = own.number("updates", one ? 1 : 10, 0, 100'000);
  return {setting.synthetic(own), periodic_networks(inner, {.updates = updates, .augment = setting.options.augment}),
          sample_per_class(setting.real, setting.options.real_batch), std::make_unique<GradientDistance>()};
}

}  // namespace

Method gradient_matching() {
  return {.facts = {"dc", "parameter matching, one step", "the gradients that both sides give a network",
                    "Zhao, Mopuri and Bilen, ICLR 2021, arXiv:2006.05929"},
          .usual = [](const DistillOptions& options) { return usual(options, "none"); },
          .make = make_dc};
}

Method siamese_gradient_matching() {
  return {
      .facts = {"dsa", "parameter matching, one step", "dc with both sides augmented alike", "Zhao and Bilen, ICML 2021, arXiv:2102.08259"},
      .usual = [](const DistillOptions& options) { return usual(options, "dsa"); },
      .make = make_dc};
}

}  // namespace decant::distill
