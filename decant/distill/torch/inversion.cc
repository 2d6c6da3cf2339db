#include "decant/distill/torch/inversion.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "decant/base/errors.h"

namespace decant::distill {
namespace {

constexpr int kLargeSide = 64;           // from here on crops leave something to be told
constexpr int64_t kStepsOfAGroup = 400;  // published: 4,000, for CIFAR 1,000
constexpr int64_t kMostTogether = 1'000'000;

class Inversion final : public Objective {
 public:
  explicit Inversion(const InversionOptions& options) : options_(options) {}

  bool wants_real() const override { return false; }
  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    const FrozenTeacher& teacher = *fetched.teacher;
    nn::NormMoments moments;
    const Tensor pictures = viewed(sides.synthetic.pictures, options_.views, step, teacher);
    const Tensor logits = teacher.logits(pictures, options_.weight > 0 ? &moments : nullptr);
    const Tensor entropy = at::cross_entropy_loss(logits, sides.synthetic.targets);
    return options_.weight > 0 ? entropy + options_.weight * moment_distance(moments, options_.first) : entropy;
  }

 private:
  InversionOptions options_;
};

}  // namespace

Tensor moment_distance(const nn::NormMoments& moments, double first) {
  Tensor sum;
  for (const nn::NormMoments::Layer& layer : moments.layers) {
    const Tensor own =
        at::linalg_vector_norm(layer.mean - layer.running_mean, 2) + at::linalg_vector_norm(layer.variance - layer.running_variance, 2);
    sum = sum.defined() ? sum + own : first * own;
  }
  return sum;
}

double least_share(const Views& views, int64_t step, int64_t steps) {
  if (views.falls == 0) return views.shares.least;
  const double passed = std::min(1.0, static_cast<double>(step) / static_cast<double>(steps) / views.falls);
  return views.shares.least + (1 - views.shares.least) * (1 + std::cos(std::numbers::pi * passed)) / 2;
}

Tensor viewed(const Tensor& pictures, const Views& views, const Step& step, const FrozenTeacher& teacher) {
  Random random = step.random("view");
  const ImageSize& size = teacher.network->spec().input;
  CropBox box{0, 0, pictures.size(2), pictures.size(3)};
  if (views.crops) {
    const CropShares shares{least_share(views, step.number, step.steps), views.shares.ratio};
    box = drawn_crop(box.height, box.width, shares, random);
  }
  Tensor seen = resampled(pictures, box, size.height, size.width);
  if (views.mirror && random.below(2) == 1) seen = seen.flip({3});
  if (views.roll == 0) return seen;
  const auto offset = [&] { return static_cast<int64_t>(random.below(static_cast<uint64_t>(2 * views.roll + 1))) - views.roll; };
  const int64_t down = offset();
  return seen.roll({down, offset()}, {2, 3});
}

std::unique_ptr<Objective> invert(const InversionOptions& options) {
  return std::make_unique<Inversion>(options);
}

InversionOptions inversion_asked(const Setting& setting, nn::SpecText& own) {
  const ImageSize size = setting.real.picture_size();
  const bool large = std::min(size.width, size.height) >= kLargeSide;
  InversionOptions options{.weight = own.real("statistics", 0.01, 0, 1e6), .first = own.real("first", 10, 0, 1e6)};
  options.views.crops = own.word("views", large ? "crops" : "whole", {"crops", "whole"}) == "crops";
  options.views.mirror = size.channels > 1;  // digits and letters are not mirrored
  options.views.roll = large ? std::min(size.width, size.height) / 7 : 0;
  return options;
}

Turns turns_asked(int64_t pictures, nn::SpecText& own) {
  const int64_t together = own.number("together", 1, 1, kMostTogether);
  if (pictures % together != 0)
    throw InputError({"", "together", fmt::format("groups of {} do not make {} pictures of each class", together, pictures),
                      "Give a number that divides them"});
  return {.groups = pictures / together, .together = together};
}

Usual usual_of_inversion(const DistillOptions& options) {
  nn::SpecText own(options.method, "method");
  const int64_t groups = std::max<int64_t>(1, options.per_class / own.number("together", 1, 1, kMostTogether));
  return {.steps = kStepsOfAGroup * groups,
          .rate = 0.25,
          .optimizer = "adamw",
          .momentum = 0.5,
          .second_momentum = 0.9,
          .schedule = "cosine",
          .init = "noise",
          .training = {{"augment", "dsa"}, {"epochs", "1000"}}};
}

Parts inverted(const Setting& setting, const InversionOptions& options) {
  return {.synthetic = setting.pixels(), .networks = frozen_teachers(setting.teachers(/*normed=*/true)), .objective = invert(options)};
}

}  // namespace decant::distill
