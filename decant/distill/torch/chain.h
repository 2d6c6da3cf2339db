// The field's ConvNet, differentiated by hand: blocks of convolution – instance norm – ReLU – mean
// of 2×2, flattened, and a linear map. Methods look through it thousands of times, so it has passes
// of its own that keep no more than they need (nn/block_end.h); any other network, data type or
// device goes through autograd, which gives the same up to rounding (chain_test.cc).
#pragma once

#include <optional>

#include "decant/nn/block_end.h"
#include "decant/nn/layers.h"

namespace decant::distill {

using at::Tensor;

using nn::Tensors;

class Chain {
 public:
  /// None where the network is built otherwise, or pictures and parameters are not on the CPU, of
  /// one floating type. `network` must outlive it.
  static std::optional<Chain> of(const nn::Classifier& network, std::span<const Tensor> parameters, const Tensor& pictures);

  /// Classifier::embed(), without a graph. Memory: the maps of all pictures given.
  Tensor embed(const Tensor& pictures) const;

  /// A pass there and back, of the mean cross entropy.
  struct Gradients {
    Tensor logits;
    Tensors parameters;  ///< one for each of the network's
  };
  /// `targets`: int64 labels (n) or shares (n, classes). The bias of a convolution has no effect
  /// before the norm: its gradient is zero. Memory: three times the maps.
  Gradients gradients(const Tensor& pictures, const Tensor& targets) const;

  /// `distance` of those gradients, with a graph that gives the pictures its gradient, by a second
  /// pass in the direction of `distance`'s own. Memory: four times the maps, at once freed.
  Tensor distance(const Tensor& pictures, const Tensor& targets, const std::function<Tensor(const Tensors& gradients)>& distance) const;

  /// gradients() of the network at `parameters`, as part of the graph of pictures, targets and
  /// parameters, for training that is itself differentiated. The derivative is again one more pass;
  /// it has none of its own. `parameters`: those that the chain was made of. `targets`: shares.
  /// Memory: three times the maps for as long as the graph lives, four times in its derivative.
  Tensors gradients_in_graph(const Tensor& pictures, const Tensor& targets, std::span<const Tensor> parameters) const;

 private:
  struct Visit;  ///< what a pass leaves for its derivatives
  struct Slope;  ///< the derivative of how far the loss moves in a direction
  class GradientNode;

  Chain(const nn::BlockNetwork& network, std::span<const Tensor> parameters);
  size_t depth() const { return network_->blocks().size(); }
  nn::BlockNorm norm_of(size_t block, const Tensors& parameters) const;
  Tensor convolved(size_t block, const Tensor& maps, const Tensors& parameters) const;
  Visit there(const Tensor& pictures, const Tensor& targets) const;
  Tensors back(Visit& visit, bool keep) const;
  enum class Of { pictures, everything };
  /// `direction`: one tensor for each parameter, undefined where it is zero. Frees the visit's
  /// tensors one by one.
  Slope again(Visit visit, Tensors direction, Of of) const;

  const nn::BlockNetwork* network_;
  Tensors parameters_;  ///< weights of convolutions in channels-last
};

}  // namespace decant::distill
