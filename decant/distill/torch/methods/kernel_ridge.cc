#include "decant/distill/torch/methods/kernel_ridge.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <algorithm>
#include <cmath>

#include "decant/data/subset.h"
#include "decant/distill/torch/real_passes.h"

namespace decant::distill {
namespace {

Tensor side_by_side(const Tensors& parts) {
  const Tensor features = at::cat(parts, 1);
  return features / std::sqrt(static_cast<double>(features.size(1)));
}

}  // namespace

std::unique_ptr<Synthetic> centred_pixels(const Setting& setting, double label_rate, double scale, std::vector<Learnt> extra) {
  const int64_t classes = setting.real.classes();
  const Tensor first = setting.first_pictures();
  const Tensor labels = (one_hot_targets(classes, setting.options.per_class) - 1.0 / static_cast<double>(classes)) / scale;
  return std::make_unique<Synthetic>(make_pixels(first, classes), classes, labels.to(first.device()), setting.soft() ? label_rate : 0,
                                     std::move(extra));
}

Usual usual_regression(int64_t steps, double rate, int real_batch) {
  return {.steps = steps,
          .rate = rate,
          .optimizer = "adamw",
          .momentum = 0.9,
          .schedule = "cosine",
          .real_batch = real_batch,
          .labels = "soft",
          .can_learn_labels = true,
          .training = {{"loss", "mse"},
                       {"soft-labels", "true"},
                       {"epochs", "1000"},
                       {"augment", "dsa"},
                       {"optimizer", "adamw"},
                       {"learning-rate", "0.0003"},
                       {"schedule", "cosine"},
                       {"decay-all", "false"}}};
}

Tensor half_squared_error(const Tensor& predictions, const Tensor& labels) {
  return (predictions - labels).square().sum(1).mean() / 2;
}

Tensor ridge_prediction(const Tensor& cross, const Tensor& own, const Tensor& labels, double ridge) {
  return at::matmul(cross.to(at::kDouble), ridge_weights(own.to(at::kDouble), labels.to(at::kDouble), ridge));
}

double share_right_of(const RealRows& rows, int64_t most, const std::function<Tensor(const Tensor& pictures)>& predict) {
  constexpr int64_t kAtOnce = 1000;
  const Subset some = some_of(Subset::all(rows.size()), most);
  const std::span<const int64_t> numbers(some);
  double right = 0;
  for (int64_t begin = 0; begin < std::ssize(numbers); begin += kAtOnce) {
    const auto few = numbers.subspan(static_cast<size_t>(begin), static_cast<size_t>(std::min(kAtOnce, std::ssize(numbers) - begin)));
    const RealBatch batch = rows.batch(few);
    right += share_right(predict(batch.pictures), batch.labels) * static_cast<double>(few.size());
  }
  return right / static_cast<double>(numbers.size());
}

Tensor random_features(const Step& step, const std::vector<nn::State>& networks, const Tensor& pictures) {
  Tensors parts;
  for (nn::State state : networks) parts.push_back(step.network.embed({state.parameters, state.buffers, /*training=*/true}, pictures));
  return side_by_side(parts);
}

Tensor real_features(const Step& step, const std::vector<nn::State>& networks, const Tensor& pictures) {
  Tensors parts;
  for (const nn::State& state : networks) parts.push_back(real_embeddings(step, state, pictures, /*training=*/true));
  return side_by_side(parts);
}

Tensor feature_kernel(const Tensor& a, const Tensor& b) {
  return at::matmul(a, b.t()).to(at::kDouble) * 2 + 0.01;
}

}  // namespace decant::distill
