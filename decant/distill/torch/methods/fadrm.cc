// FADRM: J. Cui, X. Bi, Y. Luo, X. Zhao, J. Liu and Z. Shen, "FADRM: fast and accurate data
// residual matching for dataset distillation", NeurIPS 2025, arXiv:2506.24125.
//
// SRe2L's objective (inversion.h), but pictures begin as crops of real ones, and are led back to
// them:
//
//     for each leg:   x = steps of the objective from x, at the leg's size
//                     x = (1 − a) x + a · the crop that x began as        a = `share`, 0.5; not after the last
//
// Legs at 200/224 of the size and at all of it take turns: small pictures are cheaper, and what is
// learnt in them is coarse. With several teachers (FADRM+: --teacher resnet18,mobilenetv2) a step
// looks through one after another.
//
// Published code (github.com/Jiacheng8/FADRM): 4 legs of 500 steps, mixed precision, crops of
// middling realism as RDED scores them, teachers ResNet-18, DenseNet-121, ShuffleNetV2 and
// MobileNetV2, soft labels of every view. A teacher there sees small pictures as they are; here
// they are enlarged to the size that it was trained for, which nets without a global pooling need.
//
// Options: `legs`, `share`, and those of sre2l; `rows`, `crops` of the search as rded has them.
//
// A step: as sre2l. Before the first: a forward of classes · rows · crops pictures.
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <algorithm>

#include "decant/distill/torch/inversion.h"
#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/realism.h"

namespace decant::distill {
namespace {

Turns legs_asked(const Setting& setting, nn::SpecText& own) {
  Turns turns = turns_asked(setting.options.per_class, own);
  turns.legs = own.number("legs", 4, 1, 1000);
  return turns;
}

CropSearch search_asked(const Setting& setting, nn::SpecText& own) {
  return {own.number("rows", 100, 1, 1'000'000), own.number("crops", 5, 1, 1000), setting.real.picture_size().width};
}

/// Of each class crops from the middle of the order.
Tensor middling_crops(const Setting& setting, nn::SpecText& own) {
  const auto teachers = setting.teachers(/*normed=*/true);
  CropSearch search = search_asked(setting, own);
  const int64_t each = setting.options.per_class;
  search.rows = std::max(search.rows, each);
  nn::Tensors all;
  for (int label = 0; label < setting.real.classes(); ++label) {
    require_rows(setting.real, label, each);
    const auto found = search_crops(setting.real, teachers->front(), label, search, setting.options.seed, setting.context);
    const size_t skipped = (found.size() - static_cast<size_t>(each)) / 2;
    all.push_back(crops_of(setting.real, std::span(found).subspan(skipped, static_cast<size_t>(each)), search.side));
  }
  return at::cat(all);
}

/// Of a leg: every other one is smaller.
int64_t side_of(int64_t side, int64_t leg) {
  return leg % 2 == 0 ? std::max<int64_t>(1, side * 25 / 28) : side;
}

class ResidualInversion final : public Objective {
 public:
  /// `share`: of the crops when the leg ends.
  ResidualInversion(const InversionOptions& options, double share, Tensor start)
      : inversion_(invert(options)), share_(share), start_(std::move(start)) {}

  bool wants_real() const override { return false; }
  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    return inversion_->loss(step, fetched, sides);
  }
  Tensor at_end_of_turn(const Tensor& pictures) const override { return (1 - share_) * pictures + share_ * start_; }

 private:
  std::unique_ptr<Objective> inversion_;
  double share_;
  Tensor start_;
};

Parts make_fadrm(const Setting& setting, nn::SpecText& own) {
  const int64_t legs = legs_asked(setting, own).legs;
  search_asked(setting, own);
  const InversionOptions options = inversion_asked(setting, own);
  const double share = own.real("share", 0.5, 0, 1);
  const Tensor now = setting.first_pictures();
  const int64_t leg = setting.turn == nullptr ? 1 : setting.turn->leg;
  const Tensor start = setting.turn == nullptr ? now : setting.turn->start;
  const int64_t classes = setting.real.classes();
  auto pictures = make_pixels(resampled(now, side_of(now.size(2), leg), side_of(now.size(3), leg)), classes);
  const Tensor targets = one_hot_targets(classes, pictures->per_class()).to(setting.real.device());
  return {.synthetic = std::make_unique<Synthetic>(std::move(pictures), classes, targets),
          .networks = frozen_teachers(setting.teachers(/*normed=*/true)),
          .objective = std::make_unique<ResidualInversion>(options, leg + 1 < legs ? share : 0, start)};
}

}  // namespace

Method data_residuals() {
  return {.facts = {"fadrm", "decoupled, inversion", "sre2l from crops of real pictures, which are mixed in again and again",
                    "Cui et al., NeurIPS 2025, arXiv:2506.24125"},
          .usual = usual_of_inversion,
          .make = make_fadrm,
          .turns = legs_asked,
          .first = middling_crops};
}

}  // namespace decant::distill
