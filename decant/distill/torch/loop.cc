#include "decant/distill/torch/loop.h"

#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <cmath>
#include <torch/csrc/autograd/autograd.h>

#include "decant/distill/torch/augmenting.h"
#include "decant/train/schedule.h"

namespace decant::distill {
namespace {

constexpr int64_t kAllClasses = -1;

/// Adds the gradients of `value` to those there are; what it does not depend on adds nothing.
void add_gradients(const Tensor& value, const Tensors& leaves, Tensors& sums) {
  const Tensors own = torch::autograd::grad({value}, leaves, {}, {}, /*create_graph=*/false, /*allow_unused=*/true);
  const c10::NoGradGuard no_grad;
  for (size_t i = 0; i < own.size(); ++i) {
    if (own[i].defined()) sums[i].add_(own[i]);
  }
}

Tensors values_of(const std::vector<Learnt>& learnt) {
  Tensors values;
  for (const Learnt& one : learnt) values.push_back(one.value);
  return values;
}

}  // namespace

Loop::Loop(const Parts& parts, const LoopOptions& options, const nn::Classifier& network, const RealRows& real, const Context& context)
    : parts_(parts), options_(options), network_(network), real_(real), context_(context), learnt_(parts.synthetic->learnt()) {
  for (const Learnt& one : learnt_)
    optimizers_.push_back(
        train::make_optimizer({options.optimizer, options.momentum, /*weight_decay=*/0, options.second_momentum}, {one.value}, {false}));
}

Sides Loop::sides(const Step& step, int64_t label) const {
  const bool all = label == kAllClasses;
  Sides both{.synthetic = all ? parts_.synthetic->all() : parts_.synthetic->of_class(label)};
  if (parts_.real == nullptr || !parts_.objective->wants_real()) return both;
  const c10::NoGradGuard no_grad;
  both.real = all ? parts_.real->of_all(step.random("real")) : parts_.real->of_class(label, step.random("real", label));
  return both;
}

double Loop::differentiate(const Step& step, const Fetched& fetched, Tensors& gradients) const {
  const Tensors leaves = values_of(learnt_);
  const bool one_by_one = parts_.objective->class_by_class(step);
  const int64_t parts = one_by_one ? parts_.synthetic->classes() : 1;
  double total = 0;
  for (int64_t part = 0; part < parts; ++part) {
    context_.check_cancelled();
    Random random = step.random("augment", part);
    Sides both = sides(step, one_by_one ? part : kAllClasses);
    if (parts_.objective->wants_real()) both = augmented(options_.augment, both, one_by_one ? 1 : parts_.synthetic->classes(), random);
    const Tensor loss = parts_.objective->loss(step, fetched, both);
    add_gradients(loss, leaves, gradients);
    total += loss.item<double>();
  }
  return total;
}

double Loop::step() {
  static const Fetched none;
  const Step here = now();
  const Fetched& fetched = parts_.networks == nullptr ? none : parts_.networks->fetch(here);
  Tensors gradients;
  for (const Learnt& one : learnt_) gradients.push_back(at::zeros_like(one.value.detach()));
  const double loss = differentiate(here, fetched, gradients);
  if (!std::isfinite(loss)) return loss;
  const train::Schedule schedule{train::decay_named(options_.schedule), options_.rate,
                                 options_.schedule_steps == 0 ? options_.steps : options_.schedule_steps};
  for (size_t i = 0; i < learnt_.size(); ++i)
    optimizers_[i]->step({gradients[i]}, schedule.at(options_.schedule_from + here.number) * learnt_[i].rate);
  {
    const c10::NoGradGuard no_grad;
    if (options_.project) parts_.synthetic->project(real_.range());
    parts_.synthetic->project_labels();
  }
  if (parts_.networks != nullptr) parts_.networks->after(here, *parts_.synthetic);
  ++done_;
  return loss;
}

void Loop::save(Checkpoint& checkpoint) const {
  checkpoint.steps = done_;
  checkpoint.learnt = values_of(learnt_);
  checkpoint.memory.clear();
  for (const auto& optimizer : optimizers_) {
    for (const Tensor& tensor : optimizer->memory()) checkpoint.memory.push_back(tensor);
  }
  checkpoint.networks = parts_.networks == nullptr ? Tensors() : parts_.networks->memory();
}

void Loop::restore(const Checkpoint& checkpoint) {
  const c10::NoGradGuard no_grad;
  done_ = checkpoint.steps;
  require_alike(checkpoint.learnt, values_of(learnt_));
  for (size_t i = 0; i < learnt_.size(); ++i) learnt_[i].value.copy_(checkpoint.learnt[i]);
  size_t next = 0;
  for (const auto& optimizer : optimizers_) {
    const size_t count = optimizer->memory().size();
    const auto begin = checkpoint.memory.begin() + static_cast<ptrdiff_t>(next);
    const Tensors own(begin, begin + static_cast<ptrdiff_t>(count));
    require_alike(own, optimizer->memory());
    optimizer->restore(own, done_);
    next += count;
  }
  if (parts_.networks != nullptr) parts_.networks->restore(now(), checkpoint.networks);
}

}  // namespace decant::distill
