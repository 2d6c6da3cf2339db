// Bases and hallucinators: S. Liu et al., "Dataset distillation via factorization" (HaBa), NeurIPS
// 2022, arXiv:2210.16774.
//
//     picture (b, k) = decoder_k(scale_k ⊙ encoder_k(basis_b) + shift_k)
//
// Every basis goes through every hallucinator, so B bases a class and K hallucinators, which all
// classes share, make B · K pictures a class. Encoder and decoder are convolutions 3×3 with as many
// channels as the pictures, scale and shift (channels, height, width). A hallucinator is stored in
// about the bytes of two pictures.
//
// Published code (github.com/Huage001/DatasetFactorization) takes five hallucinators with torch's
// first weights, convolutions without padding, MTT's objective, and beside it an adversarial term
// that keeps the pictures of one basis apart, with a feature extractor of its own; that term is not
// here. Hallucinators begin near the identity here, so that first pictures are real ones, and are
// learnt as differences from it, in units u: kernels δ + u·learnt with u² = K / (C · B · height ·
// width), scales 1 + u·learnt and shifts u·learnt with u² = K / (C · B), C classes. A gradient is
// then a mean over the bases and pixels that it comes from, so one rate serves pictures and
// hallucinators.
#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <cmath>
#include <span>

#include "decant/distill/torch/synthetic.h"

namespace decant::distill {
namespace {

/// How far first kernels are from the identity, a deviation: enough to tell hallucinators apart.
constexpr double kNearness = 0.03;

Tensor normal_values(std::vector<int64_t> shape, double deviation, Random& random) {
  const Tensor values = at::empty(shape, at::kFloat);
  for (float& value : std::span(values.data_ptr<float>(), static_cast<size_t>(values.numel())))
    value = static_cast<float>(deviation * random.normal());
  return values;
}

/// (channels, channels, 3, 3): leaves pictures as they are.
Tensor identity_kernel(int64_t channels) {
  const Tensor kernel = at::zeros({channels, channels, 3, 3}, at::kFloat);
  for (int64_t c = 0; c < channels; ++c) kernel[c][c][1][1] = 1;
  return kernel;
}

class Hallucinated final : public Parameterization {
 public:
  Hallucinated(const Tensor& first, int64_t classes, int64_t count, Random random, std::optional<PixelRange> range)
      : bases_(first.detach().clone()), per_class_(first.size(0) / classes), count_(count), range_(std::move(range)) {
    const at::TensorOptions options = first.options().requires_grad(false);
    const int64_t channels = first.size(1);
    unit_ = std::sqrt(static_cast<double>(count) / static_cast<double>(first.size(0)));
    kernel_unit_ = unit_ / std::sqrt(static_cast<double>(first.size(2) * first.size(3)));
    identity_ = identity_kernel(channels).to(options);
    encoders_ = normal_values({count, channels, channels, 3, 3}, kNearness / kernel_unit_, random).to(options);
    decoders_ = normal_values({count, channels, channels, 3, 3}, kNearness / kernel_unit_, random).to(options);
    scales_ = at::zeros({count, channels, first.size(2), first.size(3)}, options);
    shifts_ = at::zeros({count, channels, first.size(2), first.size(3)}, options);
    for (const Learnt& one : learnt()) one.value.set_requires_grad(true);
  }

  std::vector<Learnt> learnt() const override {
    return {{"bases", bases_}, {"encoders", encoders_}, {"scales", scales_}, {"shifts", shifts_}, {"decoders", decoders_}};
  }
  int64_t per_class() const override { return per_class_ * count_; }
  Tensor pictures(int64_t first, int64_t count) const override {
    const Tensor bases = bases_.narrow(0, first * per_class_, count * per_class_);
    Tensors through;
    for (int64_t k = 0; k < count_; ++k) through.push_back(hallucinated(bases, k));
    const Tensor all = at::stack(through, 1).flatten(0, 1);
    return range_ ? at::clamp(all, range_->low, range_->high) : all;
  }
  void project(const PixelRange& range) override { bases_.copy_(at::clamp(bases_, range.low, range.high)); }

 private:
  Tensor hallucinated(const Tensor& bases, int64_t k) const {
    const Tensor coded = at::conv2d(bases, identity_ + kernel_unit_ * encoders_[k], {}, 1, 1);
    const Tensor styled = coded * (1 + unit_ * scales_[k]) + unit_ * shifts_[k];
    return at::conv2d(styled, identity_ + kernel_unit_ * decoders_[k], {}, 1, 1);
  }

  Tensor bases_;
  Tensor identity_;
  Tensor encoders_, scales_, shifts_, decoders_;
  int64_t per_class_;  ///< bases
  int64_t count_;      ///< of hallucinators
  double unit_ = 1;
  double kernel_unit_ = 1;
  std::optional<PixelRange> range_;
};

}  // namespace

std::unique_ptr<Parameterization> make_hallucinated(const Tensor& first, int64_t classes, int count, Random random,
                                                    std::optional<PixelRange> range) {
  return std::make_unique<Hallucinated>(first, classes, count, random, std::move(range));
}

}  // namespace decant::distill
