// The loop of every method (distill.h has it in six lines).
#pragma once

#include <functional>
#include <vector>

#include "decant/distill/torch/checkpoint.h"
#include "decant/distill/torch/method.h"
#include "decant/train/torch/optimizer.h"

namespace decant::distill {

struct LoopOptions {
  int64_t steps = 0;
  double rate = 0;
  std::string optimizer;  ///< as Usual's, with `momentum`
  double momentum = 0;
  double second_momentum = 0.999;
  std::string schedule;
  int64_t schedule_from = 0;   ///< steps that the schedule was at when this loop began
  int64_t schedule_steps = 0;  ///< that it is over; 0 = `steps`
  std::string augment;
  bool project = true;
  uint64_t seed = 0;
  const NetworkBall* ball = nullptr;  ///< as Step's
};

/// S in learning: the parts, what the optimizers remember, and the step to come.
class Loop {
 public:
  /// All of it must outlive the loop.
  Loop(const Parts& parts, const LoopOptions& options, const nn::Classifier& network, const RealRows& real, const Context& context);

  /// One step. Returns the objective before it. Where that is not a finite number S is left as it
  /// was, and the step is not counted.
  double step();
  int64_t done() const { return done_; }

  void save(Checkpoint& checkpoint) const;
  void restore(const Checkpoint& checkpoint);

 private:
  Step now() const { return {done_, options_.steps, options_.seed, network_, real_, context_, options_.ball}; }
  Sides sides(const Step& step, int64_t label) const;
  double differentiate(const Step& step, const Fetched& fetched, Tensors& gradients) const;

  const Parts& parts_;
  LoopOptions options_;
  const nn::Classifier& network_;
  const RealRows& real_;
  const Context& context_;
  std::vector<Learnt> learnt_;
  std::vector<std::unique_ptr<train::Optimizer>> optimizers_;  ///< one for each learnt thing: their rates differ
  int64_t done_ = 0;
};

}  // namespace decant::distill
