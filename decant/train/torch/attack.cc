#include "decant/train/torch/attack.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

namespace decant::train {
namespace {

constexpr double kEpsilon = 2.0 / 255;

class AttackedTopOne final : public Meter {
 public:
  AttackedTopOne(const nn::Classifier& network, c10::Device device, const nn::PixelStatistics& scaled)
      : network_(network), right_(at::zeros({}, at::TensorOptions(device).dtype(at::kLong))) {
    std::vector<float> step;
    std::vector<float> low;
    std::vector<float> high;
    for (size_t c = 0; c < static_cast<size_t>(scaled.channels); ++c) {
      step.push_back(static_cast<float>(kEpsilon / scaled.deviation[c]));
      low.push_back(static_cast<float>(-scaled.mean[c] / scaled.deviation[c]));
      high.push_back(static_cast<float>((1 - scaled.mean[c]) / scaled.deviation[c]));
    }
    const auto of_channels = [&](const std::vector<float>& values) { return at::tensor(values).reshape({1, -1, 1, 1}).to(device); };
    reach_ = {.step = of_channels(step), .most = of_channels(step), .low = of_channels(low), .high = of_channels(high)};
  }

  void add(const nn::Pass& pass, const Batch& batch) override {
    const auto loss = [&](const at::Tensor& pictures) { return at::cross_entropy_loss(network_.forward(pass, pictures), batch.targets); };
    const at::Tensor moved = attacked(batch.inputs, loss, reach_);
    right_.add_(network_.forward(pass, moved).argmax(1).eq(batch.targets).sum());
    count_ += batch.count;
  }
  double value() const override { return right_.item<double>() / static_cast<double>(count_); }

 private:
  const nn::Classifier& network_;
  at::Tensor right_;
  Reach reach_;
  int64_t count_ = 0;
};

}  // namespace

at::Tensor attacked(const at::Tensor& pictures, const std::function<at::Tensor(const at::Tensor&)>& loss, const Reach& reach) {
  const at::Tensor low = at::maximum(pictures - reach.most, reach.low);
  const at::Tensor high = at::minimum(pictures + reach.most, reach.high);
  at::Tensor moved = pictures.detach();
  for (int i = 0; i < reach.steps; ++i) {
    at::Tensor slope;
    {
      const c10::AutoGradMode graph(true);
      const at::Tensor leaf = moved.detach().requires_grad_();
      slope = torch::autograd::grad({loss(leaf)}, {leaf}).front();
    }
    const c10::NoGradGuard no_grad;
    moved = at::minimum(at::maximum(moved + reach.step * slope.sign(), low), high);
  }
  return moved;
}

std::unique_ptr<Meter> attacked_top_1(const nn::Classifier& network, c10::Device device, const nn::PixelStatistics& scaled) {
  return std::make_unique<AttackedTopOne>(network, device, scaled);
}

}  // namespace decant::train
