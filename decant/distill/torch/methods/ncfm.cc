// NCFM: S. Wang et al., "Dataset distillation with neural characteristic function: a minmax
// perspective", CVPR 2025, arXiv:2502.20653.
//
//     Φ_X(t) = mean over x in X of exp(i ⟨t, f(x)⟩),   f = the embedding, of length 1
//     300 Σ_c mean over t of √( α (|Φ_T| − |Φ_S|)² + 2 (1 − α) (|Φ_T||Φ_S| − Re Φ_T Φ_S*) )
//
// Two distributions are equal where their characteristic functions are, at every frequency t: the
// first term compares how widely they spread (amplitude), the second where they lie (phase). Means
// alone, as DM's, are what small t see.
//
// The paper is a game: a sampler of frequencies makes the distance larger while S makes it smaller.
// Here t = σ ⊙ ε with ε normal and σ = exp(tanh s), a value s for each coordinate, learnt with the
// sign turned; `sampler=fixed` keeps σ = 1. The paper's sampler is three square linear maps of the
// embedding's width with batch norms: at width 2048 more work than the networks. Its published code
// (github.com/gszfwsb/NCFM) draws t normal in the objective that it runs, so it is `fixed` there
// too. It looks through mixtures of drawn and fully trained networks, and adds the cross entropy of
// S under a trained one for some configurations; here networks are those of a queue (queue.cc), and
// nothing is added. Factor 2 and real pictures first, as there.
//
// A step: a forward of the real rows without a graph, a forward and backward of S, and
// `frequencies` · rows · width multiplications twice. Memory: the graph of S, the frequencies,
// phases of one class.
#include <ATen/TensorOperators.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/zeros.h>
#include <span>

#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/real_passes.h"

namespace decant::distill {
namespace {

constexpr double kScale = 300;
constexpr double kTiny = 1e-12;  ///< under roots, whose slope at 0 is infinite

/// Of the points (n, width), at each frequency (count, width): real part, imaginary part, modulus.
struct Characteristic {
  Characteristic(const Tensor& points, const Tensor& frequencies) {
    const Tensor phases = frequencies.matmul(points.t());
    real = at::cos(phases).mean(1);
    imaginary = at::sin(phases).mean(1);
    modulus = (real.square() + imaginary.square() + kTiny).sqrt();
  }
  Tensor real, imaginary, modulus;
};

Tensor characteristic_distance(const Characteristic& a, const Characteristic& b, double amplitude_share) {
  const Tensor amplitude = (a.modulus - b.modulus).square();
  const Tensor phase = 2 * (a.modulus * b.modulus - a.real * b.real - a.imaginary * b.imaginary);
  return (amplitude_share * amplitude + (1 - amplitude_share) * phase.clamp_min(kTiny)).sqrt().mean();
}

Tensor of_length_one(const Tensor& points) {
  return points / (points.square().sum(1, true) + kTiny).sqrt();
}

class CharacteristicFunctions final : public Objective {
 public:
  /// `spread`: s, (width); undefined = σ is 1.
  CharacteristicFunctions(int64_t frequencies, double amplitude_share, Tensor spread)
      : frequencies_(frequencies), amplitude_share_(amplitude_share), spread_(std::move(spread)) {}

  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    const nn::State& state = fetched.networks.front();
    Tensors buffers = state.buffers;
    const int64_t classes = sides.real.labels.size(0) / sides.real.each_of_them;
    const Tensor real = of_length_one(real_embeddings(step, state, sides.real.pictures, false));
    const Tensor synthetic =
        of_length_one(step.network.embed({.parameters = state.parameters, .buffers = buffers, .once = true}, sides.synthetic.pictures));
    const Tensor frequencies = drawn_frequencies(step, synthetic);
    Tensor sum = at::zeros({}, synthetic.options());
    for (int64_t c = 0; c < classes; ++c)
      sum = sum + characteristic_distance({of(real, c, classes), frequencies}, {of(synthetic, c, classes), frequencies}, amplitude_share_);
    return kScale * sum;
  }

 private:
  static Tensor of(const Tensor& points, int64_t label, int64_t classes) {
    const int64_t each = points.size(0) / classes;
    return points.narrow(0, label * each, each);
  }
  /// (frequencies, width), like `points` in type and place.
  Tensor drawn_frequencies(const Step& step, const Tensor& points) const {
    Tensor drawn = at::empty({frequencies_, points.size(1)}, at::kFloat);
    Random random = step.random("frequencies");
    for (float& value : std::span(drawn.data_ptr<float>(), static_cast<size_t>(drawn.numel()))) value = static_cast<float>(random.normal());
    drawn = drawn.to(points.options());
    return spread_.defined() ? drawn * at::exp(at::tanh(spread_)) : drawn;
  }

  int64_t frequencies_;
  double amplitude_share_;
  Tensor spread_;
};

Parts make_ncfm(const Setting& setting, nn::SpecText& own) {
  const int frequencies = own.number("frequencies", 1024, 1, 100'000);
  const double share = own.real("amplitude", 0.5, 0, 1);
  const bool learns = own.word("sampler", "learnt", {"learnt", "fixed"}) == "learnt";
  const double rate = own.real("sampler-rate", 1, 0, 1e6);
  Queue queue{.size = own.number("networks", 10, 1, 10'000), .interval = own.number("interval", 20, 1, 1'000'000)};
  queue.upkeep = {.updates = own.number("updates", 4, 0, 100'000), .batch = 64, .momentum = 0.9, .weight_decay = 5e-4, .on = &setting.real};
  Tensor spread;
  std::vector<Learnt> extra;
  if (learns) {
    spread = at::zeros({setting.network.embedding_width()}, at::TensorOptions(at::kFloat).device(setting.real.device()));
    extra.push_back({"frequencies", spread.set_requires_grad(true), -rate, /*stored=*/false});
  }
  return {setting.synthetic(own, {.factor = 2}, extra), queue_networks(queue), sample_per_class(setting.real, setting.options.real_batch),
          std::make_unique<CharacteristicFunctions>(frequencies, share, spread)};
}

}  // namespace

Method characteristic_function_matching() {
  return {.facts = {"ncfm", "distribution matching", "the characteristic functions of both sides' embeddings, by amplitude and phase",
                    "Wang et al., CVPR 2025, arXiv:2502.20653"},
          .usual = [](const DistillOptions&) { return Usual{.rate = 0.1, .augment = "dsa"}; },
          .make = make_ncfm};
}

}  // namespace decant::distill
