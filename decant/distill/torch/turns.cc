#include "decant/distill/torch/turns.h"

#include <c10/core/GradMode.h>

#include "decant/base/errors.h"
#include "decant/distill/torch/resampling.h"

namespace decant::distill {
namespace {

/// Of S (classes · per_class, …), pictures first … first + count − 1 of every class; shares memory.
Tensor pictures_of_classes(const Tensor& all, int64_t classes, int64_t first, int64_t count) {
  std::vector<int64_t> shape = all.sizes().vec();
  shape[0] /= classes;
  shape.insert(shape.begin(), classes);
  return all.view(shape).narrow(1, first, count);
}

}  // namespace

Learning::Learning(const Asked& asked) : asked_(asked), of_turn_(asked.options) {
  if (asked_.method.turns != nullptr) {
    nn::SpecText text = own();
    turns_ = asked_.method.turns(setting(asked_.options, nullptr), text);
  }
  if (!turns_.one()) {
    const int64_t classes = asked_.real.classes();
    nn::SpecText text = own();
    const Setting whole = setting(asked_.options, nullptr);
    start_ = whole.once("first pictures", [&] { return asked_.method.first ? asked_.method.first(whole, text) : whole.first_pictures(); });
    all_ = std::make_unique<Synthetic>(make_pixels(start_, classes), classes,
                                       one_hot_targets(classes, asked_.options.per_class).to(asked_.real.device()));
    of_turn_.per_class = static_cast<int>(turns_.together);
  }
  begin_turn();
}

Setting Learning::setting(const DistillOptions& options, const Turn* turn) const {
  return {options, asked_.network, asked_.real, asked_.cache, asked_.context, &asked_.shared, turn};
}

Tensor Learning::of_group(const Tensor& all, int64_t group) const {
  return pictures_of_classes(all, asked_.real.classes(), group * turns_.together, turns_.together);
}

void Learning::begin_turn(const Tensor& now) {
  loop_.reset();
  if (!turns_.one()) {
    const int64_t group = number_ / turns_.legs;
    turn_ = {group, number_ % turns_.legs, of_group(start_, group).flatten(0, 1).clone(), now.defined() ? now : group_now(group).clone()};
  }
  nn::SpecText text = own();
  parts_ = std::make_unique<Parts>(asked_.method.make(setting(of_turn_, turns_.one() ? nullptr : &turn_), text));
  text.require_all_asked();
}

Tensor Learning::group_now(int64_t group) const {
  return of_group(all_->learnt_named("pictures").detach(), group).flatten(0, 1);
}

void Learning::begin_loop() {
  LoopOptions options = asked_.loop;
  options.steps = begins(number_ + 1) - begins(number_);
  const int64_t of_group = number_ - number_ % turns_.legs;
  options.schedule_from = begins(number_) - begins(of_group);
  options.schedule_steps = begins(of_group + turns_.legs) - begins(of_group);
  if (number_ > 0) options.seed = Random(options.seed, "turn", static_cast<uint64_t>(number_)).bits64();
  loop_ = std::make_unique<Loop>(*parts_, options, asked_.network, asked_.real, asked_.context);
}

const Synthetic& Learning::all() {
  if (turns_.one()) return *parts_->synthetic;
  if (loop_ != nullptr) keep_learnt();
  return *all_;
}

void Learning::set_steps(int64_t steps) {
  DECANT_CHECK(done_ == 0 && loop_ == nullptr, ==, true);
  asked_.loop.steps = steps;
}

void Learning::require_steps() const {
  if (asked_.loop.steps >= turns_.count()) return;
  const std::string legs = turns_.legs > 1 ? fmt::format(", each in {} stretches", turns_.legs) : "";
  throw InputError({"", "steps",
                    fmt::format("{} are too few: {} learns {} groups of pictures one after another{}", asked_.loop.steps,
                                asked_.method.facts.name, turns_.groups, legs),
                    fmt::format("Give at least --steps {}, or more time", turns_.count())});
}

double Learning::step() {
  if (loop_ == nullptr) {
    if (done_ > 0) begin_turn();
    begin_loop();
  }
  const int64_t before = loop_->done();
  const double loss = loop_->step();
  done_ += loop_->done() - before;
  if (!turns_.one() && done_ == begins(number_ + 1)) end_turn();
  return loss;
}

/// What the turn has learnt so far, among all pictures.
void Learning::keep_learnt() {
  const c10::NoGradGuard no_grad;
  const Tensor pictures = parts_->synthetic->all().pictures;
  Tensor kept = of_group(all_->learnt_named("pictures"), turn_.group);
  kept.copy_(resampled(pictures, start_.size(2), start_.size(3)).view(kept.sizes()));
}

void Learning::end_turn() {
  const c10::NoGradGuard no_grad;
  keep_learnt();
  of_group(all_->learnt_named("pictures"), turn_.group)
      .copy_(parts_->objective->at_end_of_turn(group_now(turn_.group))
                 .view({asked_.real.classes(), turns_.together, start_.size(1), start_.size(2), start_.size(3)}));
  loop_.reset();
  ++number_;
}

void Learning::save(Checkpoint& checkpoint) const {
  checkpoint.learnt = checkpoint.memory = checkpoint.networks = {};
  if (loop_ != nullptr) loop_->save(checkpoint);
  checkpoint.steps = done_;
  if (!turns_.one()) checkpoint.turns = {all_->learnt_named("pictures"), turn_.now};
}

void Learning::restore(const Checkpoint& checkpoint) {
  done_ = checkpoint.steps;
  if (!turns_.one()) {
    const c10::NoGradGuard no_grad;
    require_alike(checkpoint.turns, {start_, turn_.now});
    all_->learnt_named("pictures").copy_(checkpoint.turns[0]);
    while (number_ < turns_.count() && begins(number_ + 1) <= done_) ++number_;
    if (done_ == begins(number_)) return;  // between two turns
    begin_turn(checkpoint.turns[1].to(start_.device()));
  }
  begin_loop();
  Checkpoint of_loop = checkpoint;
  of_loop.steps = done_ - begins(number_);
  loop_->restore(of_loop);
}

void Learning::complete() {
  const c10::NoGradGuard no_grad;
  if (!turns_.one()) parts_->objective->complete(*all_);
}

}  // namespace decant::distill
