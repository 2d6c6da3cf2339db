// Which network a step looks through.
//
//     fresh          drawn anew for every step                                        DM, RFAD
//     periodic       kept for some steps, trained between them on S or on real rows   DC, DSA, IDC
//     pool           several of different ages, each trained a little when used       FRePo
//     queue          trained on real rows, the oldest leaves                          IDM, CAFE
//     trajectories   a place on the way of an expert, and a later one                 MTT, TESLA, FTD
//     teachers       trained, frozen, one after another (teachers.h)                  SRe2L, FADRM, CIM
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decant/distill/torch/step.h"

namespace decant::distill {

struct FrozenTeacher;

struct Fetched {
  std::vector<nn::State> networks;         ///< one, or as many as the objective takes means over; parameters ask for no gradient
  Tensors target;                          ///< of a trajectory: the parameters that training on S should reach
  double accuracy = 0;                     ///< of a queue: share of real rows that the network told right when it was last trained
  const FrozenTeacher* teacher = nullptr;  ///< of teachers: whose turn it is; it may be of another net than the step's
};

class NetworkSource {
 public:
  virtual ~NetworkSource() = default;
  /// Valid until the next call. What is drawn follows from the step alone and from memory(). A step
  /// may be interrupted and made again, so asking twice for one step gives the same.
  virtual const Fetched& fetch(const Step& step) = 0;
  /// Once S has moved: the network may be trained, or leave.
  virtual void after(const Step&, const Synthetic&) {}
  /// All that the next steps follow from, beside the step's number: always as many tensors, of the
  /// same shapes, for a checkpoint.
  virtual Tensors memory() const { return {}; }
  /// Goes on as if `memory` had been left by the steps before `step`. Values are copied.
  virtual void restore(const Step& /*step*/, const Tensors& /*memory*/) {}
};

/// `count` networks drawn anew for every step.
std::unique_ptr<NetworkSource> fresh_networks(int count = 1);

/// How a network is trained between two steps: plain SGD, as DC and IDC do.
struct Upkeep {
  int64_t updates = 0;  ///< batches between two steps
  int64_t batch = 256;  ///< of S, all of it where that is less; of real rows
  double rate = 0.01;
  double momentum = 0;           ///< heavy ball; forgotten from one upkeep to the next
  double weight_decay = 0;       ///< on all parameters
  const RealRows* on = nullptr;  ///< these rows; null = S
  std::string augment;           ///< as nn/siamese.h, of each batch; empty = none
};

/// A network is drawn anew every `period` steps and trained after each step but the last of a
/// period.
std::unique_ptr<NetworkSource> periodic_networks(int64_t period, const Upkeep& upkeep);

/// Up to `size` networks of different ages, all trained on real rows.
struct Queue {
  int64_t size = 10;
  int64_t interval = 20;  ///< after so many steps one more is drawn, and the oldest leaves where there are too many
  int64_t trained = 1;    ///< of them are trained after each step, drawn anew
  Upkeep upkeep;          ///< `on` is not null
};

/// A step looks through one of the queue, drawn anew.
std::unique_ptr<NetworkSource> queue_networks(const Queue& queue);

/// One upkeep of a network, in place. Batches are drawn from `random`. Returns the share of
/// pictures that the network told right, each before it learnt from it; 0 without updates.
double keep_up(nn::State& state, const Upkeep& upkeep, const Step& step, const Synthetic& synthetic, Random random);

}  // namespace decant::distill
