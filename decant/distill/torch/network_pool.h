// A pool of networks of different ages, each trained a little on S whenever it is looked through
// (FRePo).
#pragma once

#include <memory>

#include "decant/distill/torch/network_source.h"
#include "decant/train/torch/optimizer.h"

namespace decant::distill {

struct PoolOptions {
  int64_t size = 10;
  int64_t life = 100;   ///< steps, then a network is drawn anew
  double rate = 3e-4;   ///< of Adam
  int64_t batch = 500;  ///< of S, all of it where that is less
};

/// A network in learning: its weights and what Adam remembers.
class PoolMember {
 public:
  PoolMember(const PoolOptions& options, nn::State drawn, c10::Device device, int64_t age = 0);

  const nn::State& state() const { return state_; }
  int64_t age() const { return age_; }
  /// One step on S by the squared error on its targets; the batch is drawn from `random`.
  void learn(const Step& step, const Synthetic& synthetic, Random random);

  /// Weights, buffers and what Adam remembers: shared tensors.
  Tensors memory() const;
  void restore(const Tensors& memory, int64_t age, int64_t learnt);
  int64_t learnt() const { return learnt_; }

 private:
  PoolOptions options_;
  nn::State state_;
  std::unique_ptr<train::Optimizer> adam_;
  int64_t age_;         ///< as counted to the end of its life; what is drawn first may start later
  int64_t learnt_ = 0;  ///< steps made
};

/// A step looks through one of them, drawn evenly. The first ones begin at ages spread over a life.
/// Memory: for each network, three times its weights.
std::unique_ptr<NetworkSource> pool_of_networks(const PoolOptions& options);

}  // namespace decant::distill
