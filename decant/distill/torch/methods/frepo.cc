// FRePo: neural feature regression with pooling (Y. Zhou, E. Nezhadarya and J. Ba, "Dataset
// distillation using neural feature regression", NeurIPS 2022, arXiv:2206.00719).
//
//     half the squared error of F_t F_sᵀ (F_s F_sᵀ + λ tr / n · I)⁻¹ Y_s
//       − mean over S of min(the largest label less the second, 1/C)
//
// F: the embeddings by a network of a pool. Each time that a network is looked through it is
// trained by one step on S, squared error on the learnt labels, and after `life` of them it is
// drawn anew; so S meets networks of all ages, and never has to know what made them. No gradient
// goes through that training. Labels start at (one-hot − 1/C) / √(C / 10).
//
// Published code (github.com/yongchaoz/FRePo) has networks that widen from block to block, a pool
// of 10, lives of 100 steps of Adam at 0.0003, batches of S of 500, 1,024 real rows, LAMB at 0.0003
// for S and up to 500,000 steps; it evaluates with averaged weights and mirrored pictures. Here
// Adam moves S, the real rows are 256, and the set is trained under DSA. A network's first age is
// drawn out over the pool as there, without the training that goes with it.
//
// A step: a forward of the real rows without a graph, a forward and backward of S, and another
// for the network's own step. Memory: the activations of S, of the real rows those of a few; the
// pool, three times the weights for each network.
//
// Options: pool (10), life (100).
#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp_max.h>
#include <ATen/ops/topk.h>
#include <cmath>

#include "decant/distill/torch/methods/kernel_ridge.h"
#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/network_pool.h"

namespace decant::distill {
namespace {

constexpr int64_t kMeasuredPictures = 2000;

Tensor regression(const Step& step, const std::vector<nn::State>& networks, const Samples& synthetic, const Tensor& pictures) {
  const Tensor real = real_features(step, networks, pictures);
  const Tensor own = random_features(step, networks, synthetic.pictures);
  const Tensor exact = own.to(at::kDouble);
  return ridge_prediction(real.matmul(own.t()), exact.matmul(exact.t()), synthetic.targets, kUsualRidge);
}

/// mean of min(largest − second, 1/C).
Tensor label_margin(const Tensor& labels) {
  const Tensor two = std::get<0>(labels.topk(2, 1));
  return (two.select(1, 0) - two.select(1, 1)).clamp_max(1.0 / static_cast<double>(labels.size(1))).mean();
}

class FeatureRegression final : public Objective {
 public:
  explicit FeatureRegression(const PoolOptions& pool) : pool_(pool) {}

  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    const Tensor predicted = regression(step, fetched.networks, sides.synthetic, sides.real.pictures);
    const Tensor wanted = centred_one_hot(sides.real.labels, step.real.classes());
    return half_squared_error(predicted, wanted) - label_margin(sides.synthetic.targets);
  }

  /// By a network at the end of its life, trained on the finished set.
  std::map<std::string, double> measures(const Step& step, const Synthetic& synthetic, const RealRows& test) const override {
    PoolMember member(pool_, nn::initial_state(step.network, Random(step.seed, "measured network")), step.real.device());
    const Samples all = synthetic.all();
    for (int64_t i = 0; i < pool_.life; ++i) member.learn(step, synthetic, Random(step.seed, "measured batches", static_cast<uint64_t>(i)));
    const std::vector<nn::State> networks{member.state()};
    return {{"krr",
             share_right_of(test, kMeasuredPictures, [&](const Tensor& pictures) { return regression(step, networks, all, pictures); })}};
  }

 private:
  PoolOptions pool_;
};

Parts make_frepo(const Setting& setting, nn::SpecText& own) {
  const PoolOptions pool{.size = own.number("pool", 10, 1, 1000), .life = own.number("life", 100, 1, 100'000)};
  return {centred_pixels(setting, 1, std::sqrt(setting.real.classes() / 10.0)), pool_of_networks(pool),
          sample_mixed(setting.real, setting.options.real_batch), std::make_unique<FeatureRegression>(pool)};
}

}  // namespace

Method feature_regression() {
  return {.facts = {"frepo", "performance matching, kernel ridge regression", "what the last layers of networks trained on the set predict",
                    "Zhou, Nezhadarya and Ba, NeurIPS 2022, arXiv:2206.00719"},
          .usual = [](const DistillOptions&) { return usual_regression(300, 0.01, 256); },
          .make = make_frepo};
}

}  // namespace decant::distill
