// RFAD: random feature approximation (N. Loo, R. Hasani, A. Amini and D. Rus, "Efficient dataset
// distillation using random feature approximation", NeurIPS 2022, arXiv:2210.12067).
//
// As KIP, with the NNGP kernel of a convolutional network estimated by networks drawn for the step:
//
//     K(x, y) = 2 · mean over networks and features of φ(x) φ(y) + 0.01
//
// φ: the embedding, what the last linear map sees. The objective is half the squared error, or with
// +loss=platt the cross entropy of τ times the predictions, log τ learnt with the pictures.
//
// Published code (github.com/yolky/RFAD) takes networks without norms (--net convnet+norm=none) of
// twice the width, 8 of them, drawn anew for every step, 5,120 real rows a step, a ridge of 0.005,
// AdaBelief at 0.001 and at 0.01 for log τ, up to 100,000 steps with a stop where a validation set
// of training rows is predicted no better for 1,000 of them; it also learns a linear map of all
// pixels that every picture goes through. Here: 2 networks, 256 rows, Adam, no such map.
//
// Its evaluation trains networks of width 1,024 without norms by the squared error on the labels,
// with the outputs of the untrained network subtracted; labels can be multiplied there.
// Where they are multiplied by 8, as the authors advise, an MLP diverges at the usual rate of 0.01.
//
// A step: a forward of the real rows through each network without a graph, a forward and backward
// of S, a product of (rows × features) and (features × n). Memory: the activations of S through all
// networks, of the real rows those of a few through one.
//
// Options: networks (2), loss (mse, platt).
#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/zeros.h>

#include "decant/distill/torch/methods/kernel_ridge.h"
#include "decant/distill/torch/methods/list.h"

namespace decant::distill {
namespace {

constexpr double kFeatureRidge = 5e-3;
constexpr int64_t kMeasuredRows = 2000;

class RandomFeatures final : public Objective {
 public:
  /// `log_tau`: undefined = squared error.
  RandomFeatures(int networks, Tensor log_tau) : networks_(networks), log_tau_(std::move(log_tau)) {}

  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    const Tensor predicted = predictions(step, fetched.networks, sides.synthetic, sides.real.pictures);
    if (log_tau_.defined()) return at::cross_entropy_loss(predicted * log_tau_.exp(), sides.real.labels);
    return half_squared_error(predicted, centred_one_hot(sides.real.labels, step.real.classes()));
  }

  /// By networks that no step saw.
  std::map<std::string, double> measures(const Step& step, const Synthetic& synthetic, const RealRows& test) const override {
    std::vector<nn::State> unseen;
    for (int i = 0; i < networks_; ++i)
      unseen.push_back(nn::initial_state(step.network, Random(step.seed, "measured network", static_cast<uint64_t>(i))));
    const Samples all = synthetic.all();
    return {{"krr", share_right_of(test, kMeasuredRows, [&](const Tensor& pictures) { return predictions(step, unseen, all, pictures); })}};
  }

 private:
  static Tensor predictions(const Step& step, const std::vector<nn::State>& networks, const Samples& synthetic, const Tensor& pictures) {
    const Tensor real = real_features(step, networks, pictures);
    const Tensor own = random_features(step, networks, synthetic.pictures);
    const Tensor exact = own.to(at::kDouble);
    return ridge_prediction(feature_kernel(real, own), feature_kernel(exact, exact), synthetic.targets, kFeatureRidge);
  }

  int networks_;
  Tensor log_tau_;
};

Parts make_rfad(const Setting& setting, nn::SpecText& own) {
  const int networks = own.number("networks", 2, 1, 64);
  Tensor log_tau;
  std::vector<Learnt> extra;
  if (own.word("loss", "mse", {"mse", "platt"}) == "platt") {
    log_tau = at::zeros({1}, at::TensorOptions().dtype(at::kFloat).device(setting.real.device())).set_requires_grad(true);
    extra.push_back({"log-tau", log_tau, 10});
  }
  return {centred_pixels(setting, 1, 1, extra), fresh_networks(networks), sample_mixed(setting.real, setting.options.real_batch),
          std::make_unique<RandomFeatures>(networks, log_tau)};
}

}  // namespace

Method random_feature_approximation() {
  return {.facts = {"rfad", "performance matching, kernel ridge regression",
                    "what the last layers of random networks would predict for real rows",
                    "Loo, Hasani, Amini and Rus, NeurIPS 2022, arXiv:2210.12067"},
          .usual = [](const DistillOptions&) { return usual_regression(200, 0.03, 256); },
          .make = make_rfad};
}

}  // namespace decant::distill
