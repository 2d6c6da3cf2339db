// DCC: S. Lee, S. Chun, S. Jung, S. Yun and S. Yoon, "Dataset condensation with contrastive
// signals", ICML 2022, arXiv:2202.02916.
//
//     first    Σ_c D(∇θ ℓ(S_c; θ), ∇θ ℓ(T_c; θ))                                as DC
//     then     D(1/C Σ_c ∇θ ℓ(S_c; θ), 1/C Σ_c ∇θ ℓ(T_c; θ))                    D of gradients.h
//
// What all classes have in common cancels in a class's own gradient, which points away from the
// others; the mean over classes keeps what tells them apart. The first `warmup` share of the steps
// is DC's, as the sum over classes gives noise little to go on.
//
// Published code (github.com/Saehyung-Lee/DCC) has the first 250 of 1,000 networks for the former,
// and of each network only ten steps; here the share of steps alone counts. The survey writes both
// terms with a weight between them instead.
//
// A step: as DC, then one graph of all of S. Memory: that graph, which grows with the set; real
// rows go some at a time.
#include "decant/distill/torch/gradients.h"
#include "decant/distill/torch/methods/list.h"

namespace decant::distill {
namespace {

class ContrastiveGradients final : public Objective {
 public:
  explicit ContrastiveGradients(double warmup) : warmup_(warmup) {}

  bool class_by_class(const Step& step) const override {
    return static_cast<double>(step.number) < warmup_ * static_cast<double>(step.steps);
  }
  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    const nn::State& state = fetched.networks.front();
    const Tensors real = real_gradients(step, state, sides.real);
    return distance_of_gradients(step, state, sides.synthetic, [&](const Tensors& own) { return layerwise_cosine(real, own); });
  }

 private:
  double warmup_;
};

Parts make_dcc(const Setting& setting, nn::SpecText& own) {
  const bool one = setting.options.per_class == 1;
  const int inner = own.number("inner", one ? 1 : 10, 1, 100'000);
  const int updates = own.number("updates", one ? 1 : 10, 0, 100'000);
  const double warmup = own.real("warmup", 0.25, 0, 1);
  return {setting.synthetic(own), periodic_networks(inner, {.updates = updates, .augment = setting.options.augment}),
          sample_per_class(setting.real, setting.options.real_batch), std::make_unique<ContrastiveGradients>(warmup)};
}

}  // namespace

Method contrastive_gradient_matching() {
  return {.facts = {"dcc", "parameter matching, one step", "the gradients of all classes together, so that what they share counts",
                    "Lee et al., ICML 2022, arXiv:2202.02916"},
          .usual = [](const DistillOptions&) { return Usual{.augment = "dsa", .projection = "end"}; },
          .make = make_dcc};
}

}  // namespace decant::distill
