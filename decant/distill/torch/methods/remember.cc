// Remember the Past: bases that all classes share, and an addressing matrix for each class (Z. Deng
// and O. Russakovsky, NeurIPS 2022, arXiv:2206.02916), learnt by back-propagation through training
// with momentum (bptt.cc).
//
//     picture i of class c = Σ_k a_{c,i,k} · b_k          bases.h
//
// Published code (github.com/princetonvisualai/RememberThePast-DatasetDistillation) draws bases and
// addresses by Xavier's rule, makes bases at half the side on CIFAR, and regularises the addresses;
// its pictures are not kept in the range of pixels. Here bases start from real rows, each picture
// near to one of them, at full side, and pictures are cut off at the range.
//
// A step: bptt's, and two products of (pictures, bases) with (bases, pixels). Memory: bptt's. What
// is stored: bases, and so many numbers a picture as there are bases.
#include "decant/distill/torch/bases.h"
#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/performance.h"
#include "decant/distill/torch/unrolled_parts.h"

namespace decant::distill {
namespace {

Usual usual_of_remember(const DistillOptions&) {
  return {.steps = 200, .rate = 0.02, .optimizer = "adamw", .momentum = 0.9, .real_batch = 256, .can_learn_labels = true};
}

Parts make_remember(const Setting& setting, nn::SpecText& own) {
  const int each = setting.options.per_class;
  const int made = own.number("pictures", 2 * each, each, 1'000'000);
  const int updates = own.number("updates", 10, 1, 1000);
  const int batch = own.number("batch", 0, 0, 1'000'000);
  const int recompute = own.number("recompute", 1, 0, 1000);
  const Learnt rate = log_rate(0.02, 1, setting.real);
  auto bases =
      make_addressed_bases(setting.first_pictures(), setting.real.classes(), made,
                           setting.options.projected() ? setting.real.range() : PixelRange{}, Random(setting.options.seed, "addresses"));
  const PerformanceOptions options{.unroll = {.rule = {InnerRule::Kind::sgd, 0.9}, .updates = updates, .recompute_every = recompute},
                                   .batch = batch,
                                   .augment = setting.options.augment};
  return {set_with_rate(setting, std::move(bases), rate), fresh_networks(), nullptr,
          blame_performance(options, sample_mixed(setting.real, setting.options.real_batch), rate.value)};
}

}  // namespace

Method remember_the_past() {
  return {.facts = {"remember", "performance matching, meta-learning", "bptt with bases that classes share, and addresses",
                    "Deng and Russakovsky, NeurIPS 2022, arXiv:2206.02916"},
          .usual = usual_of_remember,
          .make = make_remember};
}

}  // namespace decant::distill
