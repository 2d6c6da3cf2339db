// LD: pictures stay, labels are learnt (O. Bohdal, Y. Yang and T. Hospedales, "Flexible dataset
// distillation: learn labels instead of images", 2020, arXiv:2006.08572).
//
//     L = ℓ(T; θ_U),   θ by gradient descent on the pictures with labels q          performance.h
//
// The whole network is trained inside, or with last=1 its last layer alone, on what the rest of a
// drawn network makes of the pictures: hundreds of times cheaper.
//
// Published code (github.com/ondrejbohdal/label-distillation) keeps one network, moves it by one
// update on the labels between two steps, differentiates through that update, and draws another
// network when the loss no longer falls; its second form solves the last layer as a ridge
// regression. Here a network is drawn for every step and U updates are unrolled.
//
// After every step labels are moved to the nearest distributions over the classes, so that the set
// can be trained by any soft cross entropy.
//
// A step: as bptt's; with last=1 two forward passes of S and the real rows, and products of (n,
// width) with (width, classes).
#include "decant/base/errors.h"
#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/performance.h"
#include "decant/distill/torch/unrolled_parts.h"

namespace decant::distill {
namespace {

class FixedPictures final : public Parameterization {
 public:
  FixedPictures(const Tensor& pictures, int64_t classes) : pictures_(pictures.detach().clone()), per_class_(pictures.size(0) / classes) {}

  std::vector<Learnt> learnt() const override { return {}; }
  int64_t per_class() const override { return per_class_; }
  Tensor pictures(int64_t first, int64_t count) const override { return pictures_.narrow(0, first * per_class_, count * per_class_); }

 private:
  Tensor pictures_;
  int64_t per_class_;
};

Usual usual_of_ld(const DistillOptions&) {
  return {.steps = 200, .rate = 0.02, .optimizer = "adamw", .momentum = 0.9, .real_batch = 256, .labels = "soft", .can_learn_labels = true};
}

Parts make_ld(const Setting& setting, nn::SpecText& own) {
  if (!setting.soft()) throw InputError({"", "teach", "'hard' leaves ld nothing to learn: its pictures stay as they are", "Omit --teach"});
  const int updates = own.number("updates", 10, 1, 1000);
  const int recompute = own.number("recompute", 1, 0, 1000);
  const bool last = own.number("last", 0, 0, 1) == 1;
  const Learnt rate = log_rate(0.02, 1, setting.real);
  const PerformanceOptions options{.unroll = {.rule = {InnerRule::Kind::sgd, 0.9}, .updates = updates, .recompute_every = recompute},
                                   .last_layer_only = last,
                                   .augment = setting.options.augment};
  return {set_with_rate(setting, std::make_unique<FixedPictures>(setting.first_pictures(), setting.real.classes()), rate), fresh_networks(),
          nullptr, blame_performance(options, sample_mixed(setting.real, setting.options.real_batch), rate.value)};
}

}  // namespace

Method label_distillation() {
  return {.facts = {"ld", "labels", "labels of real pictures, by what training with them leads to",
                    "Bohdal, Yang and Hospedales 2020, arXiv:2006.08572"},
          .usual = usual_of_ld,
          .make = make_ld};
}

}  // namespace decant::distill
