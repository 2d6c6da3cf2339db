// The network of a sentence encoder, for inference: tokens in, a vector for each out. A family is a
// file of its own and a line in make_sentence_network().
#pragma once

#include <ATen/core/Tensor.h>
#include <memory>

#include "decant/features/sentence_folder.h"

namespace decant::features {

class SentenceNetwork {
 public:
  virtual ~SentenceNetwork() = default;
  /// ids (batch, length) int64; `key_bias`, unless undefined, (batch, 1, 1, length): 0, and −∞
  /// where there is no token, which is after the others alone. → (batch, length, hidden_size).
  /// REQUIRES: ids below vocab_size, length at most folder.shape.places().
  virtual at::Tensor operator()(const at::Tensor& ids, const at::Tensor& key_bias) const = 0;
};

/// Throws InputError as WeightFile does.
std::unique_ptr<SentenceNetwork> make_sentence_network(const SentenceFolder& folder, at::Device device);

}  // namespace decant::features
