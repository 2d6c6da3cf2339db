// CAFE: K. Wang et al., "CAFE: learning to condense dataset by aligning features", CVPR 2022,
// arXiv:2203.01531.
//
//     Σ_l w_l Σ_c ‖ mean f_l(T_c) − mean f_l(S_c) ‖²  −  λ Σ_i log softmax_c(⟨f(t_i), mean f(S_c)⟩)[y_i]
//
// f_l is what layer l gives (whatever the network taps), f the embedding; w is 1 for the embedding
// and the last layer, 0.1 before them. The second term wants real rows to be told apart by the
// centres of the synthetic classes: λ = 0.01, a sum over the real rows.
//
// Published code (github.com/kaiwang960112/CAFE) takes layers before their pooling, and trains the
// network on S, and stops both that and the matching, when accuracy on real rows moves by less or
// more than constants chosen for each set; here networks live `inner` steps with `updates` batches
// between them, as DC's. It starts from noise, without augmentation.
//
// A step: a forward of the real rows, class by class, without a graph; a forward and a backward of
// S. Memory: the graph of S, the layers of one class's rows.
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <c10/core/GradMode.h>

#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/real_passes.h"

namespace decant::distill {
namespace {

constexpr double kShallow = 0.1;

/// The means of each class at every layer, and the embeddings they end in.
struct Layers {
  Tensors means;  ///< of each layer, (classes, …)
  Tensor embeddings;
};

Layers layers_of(const Step& step, const nn::State& state, const Tensor& pictures, int64_t classes) {
  Tensors buffers = state.buffers;
  nn::Taps taps;
  Layers layers;
  layers.embeddings = step.network.embed({state.parameters, buffers, /*training=*/true, &taps}, pictures);
  for (const nn::Taps::Tap& tap : taps.outputs) layers.means.push_back(class_means(tap.value, classes));
  return layers;
}

Layers layers_of_real(const Step& step, const nn::State& state, const RealBatch& batch) {
  const c10::NoGradGuard no_grad;
  std::vector<Tensors> means;
  Tensors embeddings;
  for (const RealBatch& part : classes_of(batch, step.network)) {
    const Layers own = layers_of(step, state, part.pictures, part.labels.size(0) / batch.each_of_them);
    means.resize(own.means.size());
    for (size_t l = 0; l < own.means.size(); ++l) means[l].push_back(own.means[l]);
    embeddings.push_back(own.embeddings);
  }
  Layers all{.embeddings = at::cat(embeddings)};
  for (const Tensors& layer : means) all.means.push_back(at::cat(layer));
  return all;
}

class AlignedFeatures final : public Objective {
 public:
  explicit AlignedFeatures(double discrimination) : discrimination_(discrimination) {}

  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    const nn::State& state = fetched.networks.front();
    const int64_t classes = sides.real.labels.size(0) / sides.real.each_of_them;
    const Layers real = layers_of_real(step, state, sides.real);
    const Layers synthetic = layers_of(step, state, sides.synthetic.pictures, classes);
    const Tensor centres = class_means(synthetic.embeddings, classes);
    Tensor sum = (class_means(real.embeddings, classes) - centres).square().sum();
    for (size_t l = 0; l < real.means.size(); ++l) {
      const double weight = l + 1 == real.means.size() ? 1 : kShallow;
      sum = sum + weight * (real.means[l] - synthetic.means[l]).square().sum();
    }
    const Tensor logits = real.embeddings.matmul(centres.t());
    return sum + discrimination_ * at::cross_entropy_loss(logits, sides.real.labels, {}, at::Reduction::Sum);
  }

 private:
  double discrimination_;
};

Parts make_cafe(const Setting& setting, nn::SpecText& own) {
  const int inner = own.number("inner", 10, 1, 100'000);
  const int updates = own.number("updates", 5, 0, 100'000);
  const double discrimination = own.real("discrimination", 0.01, 0, 1e6);
  return {setting.synthetic(own), periodic_networks(inner, {.updates = updates, .augment = setting.options.augment}),
          sample_per_class(setting.real, setting.options.real_batch), std::make_unique<AlignedFeatures>(discrimination)};
}

}  // namespace

Method aligned_features() {
  return {.facts = {"cafe", "distribution matching", "the mean of each class at every layer, and real rows told apart by those means",
                    "Wang et al., CVPR 2022, arXiv:2203.01531"},
          .usual = [](const DistillOptions&) { return Usual{.rate = 0.1}; },
          .make = make_cafe};
}

}  // namespace decant::distill
