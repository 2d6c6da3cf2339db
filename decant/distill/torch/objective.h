// What a synthetic set is blamed for: one number that the loop makes smaller.
#pragma once

#include <map>
#include <string>

#include "decant/distill/torch/network_source.h"
#include "decant/distill/torch/real_rows.h"
#include "decant/distill/torch/step.h"
#include "decant/distill/torch/synthetic.h"

namespace decant::distill {

/// What one evaluation looks at. Pictures are augmented already, both sides alike.
struct Sides {
  Samples synthetic;  ///< part of the graph of what is learnt
  RealBatch real;     ///< empty where the objective wants none
};

class Objective {
 public:
  virtual ~Objective() = default;
  /// Whether it is a sum over classes: then it is asked for one class after another, and the graph
  /// of each is let go before the next, so that memory does not grow with their number.
  virtual bool class_by_class(const Step&) const { return false; }
  /// Whether it draws mini-batches of S of its own (unrolled training): sides.synthetic is then all
  /// of S, not augmented.
  virtual bool wants_real() const { return true; }
  /// One value, part of the graph of what is learnt. Class by class: of one class.
  virtual Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const = 0;
  /// What the method itself says of real rows: {"krr", accuracy}. Called without gradients.
  virtual std::map<std::string, double> measures(const Step&, const Synthetic&, const RealRows& /*test*/) const { return {}; }
  /// In place of the loop's steps: a closed form. True = done, S is what it should be.
  virtual bool solve(const Step&, const Synthetic&) const { return false; }
  /// What becomes of a group's pictures when their turn ends, of a method with turns. Called
  /// without gradients.
  virtual Tensor at_end_of_turn(const Tensor& pictures) const { return pictures; }
  /// Once all turns are over: fills in what of S was not learnt. Called without gradients.
  virtual void complete(const Synthetic& /*all*/) const {}
};

}  // namespace decant::distill
