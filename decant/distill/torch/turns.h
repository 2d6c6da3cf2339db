// S in learning: as one, or in turns (Turns in method.h), with one loop at a time.
//
//     S = first pictures
//     for each group of pictures, for each leg:      one Loop, over the group's pictures alone
//         the group = what the loop has learnt, at_end_of_turn()
//     complete()                                     what is not learnt but filled in
//
// Steps are shared among the turns as evenly as whole numbers allow. A method that learns S as one
// is one turn of all of it, and none of this costs it anything.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "decant/distill/torch/loop.h"

namespace decant::distill {

class Learning {
 public:
  struct Asked {
    const Method& method;
    const DistillOptions& options;  ///< complete
    LoopOptions loop;               ///< for one that is all of S
    const nn::Classifier& network;
    const RealRows& real;
    std::filesystem::path cache;
    Shared& shared;
    const Context& context;
  };

  /// All that is asked for must outlive it. Makes the first turn's parts and all first pictures.
  /// Throws what the method throws.
  explicit Learning(const Asked& asked);

  /// All of S as it is now. Valid until the next call.
  const Synthetic& all();
  /// Of the turn that is on.
  const Parts& parts() const { return *parts_; }
  int64_t turns() const { return turns_.count(); }

  /// Where steps() was not known when it was made. Before the first step.
  void set_steps(int64_t steps);
  /// Throws InputError for fewer steps than turns.
  void require_steps() const;

  /// As Loop's.
  double step();
  int64_t done() const { return done_; }
  void save(Checkpoint& checkpoint) const;
  void restore(const Checkpoint& checkpoint);
  /// After the last step: what is not learnt.
  void complete();

 private:
  int64_t begins(int64_t turn) const { return turn * asked_.loop.steps / turns_.count(); }
  nn::SpecText own() const { return nn::SpecText(asked_.options.method, "method"); }
  Setting setting(const DistillOptions& options, const Turn* turn) const;
  Tensor of_group(const Tensor& all, int64_t group) const;
  Tensor group_now(int64_t group) const;
  /// `now`: as the group was when the turn began, where that is on record.
  void begin_turn(const Tensor& now = {});
  void begin_loop();
  void end_turn();
  void keep_learnt();

  Asked asked_;
  Turns turns_;
  DistillOptions of_turn_;          ///< the options, for a group's pictures
  std::unique_ptr<Synthetic> all_;  ///< null: the parts' own
  Tensor start_;                    ///< first pictures of all groups
  Turn turn_;
  int64_t number_ = 0;  ///< of the turn
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<Loop> loop_;  ///< null: not begun
  int64_t done_ = 0;
};

}  // namespace decant::distill
