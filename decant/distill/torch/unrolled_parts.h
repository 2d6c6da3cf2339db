// What methods that unroll training share: a learning rate that is learnt with S, and mini-batches
// that are augmented one by one.
#pragma once

#include <memory>

#include "decant/distill/torch/inner_training.h"
#include "decant/distill/torch/method.h"

namespace decant::distill {

/// log(rate), `count` times, to be learnt by the name "log rate", as fast as the pictures are. The
/// logarithm keeps rates positive, and moves them by a share of themselves.
Learnt log_rate(double rate, int64_t count, const RealRows& real);

/// S of `pictures`, one-hot labels (learnt where options.labels says "soft"), and a rate.
std::unique_ptr<Synthetic> set_with_rate(const Setting& setting, std::unique_ptr<Parameterization> pictures, const Learnt& rate);
/// The same of pixels.
std::unique_ptr<Synthetic> pixels_with_rate(const Setting& setting, const Learnt& rate);

/// Every batch is augmented by a draw of its own, as augmenting.h names them.
void augment_each(InnerBatches& batches, const std::string& how, Random random);

}  // namespace decant::distill
