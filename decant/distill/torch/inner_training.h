// What is unrolled, for a classifier: mini-batches of a synthetic set, soft labels, a rate.
//
//     loss(t, θ; s) = −1/b Σ_i Σ_c q_ic log p_ic,    p = softmax(network(θ, pictures of batch t))
//
// The sources are pictures (n, channels, height, width), labels q (n, classes), and rates: one, or
// one for each update. Labels need not be probabilities: whatever they are, they weigh −log p.
//
// The network runs as in training: batch norms take the statistics of the batch. Their running
// statistics stay as they were.
#pragma once

#include <functional>

#include "decant/base/random.h"
#include "decant/distill/torch/unroll.h"
#include "decant/nn/network.h"

namespace decant::distill {

/// −1/b Σ_i Σ_c targets_ic · log softmax(logits)_ic.
Tensor soft_cross_entropy(const Tensor& logits, const Tensor& targets);

/// Which pictures of a set each update sees.
struct InnerBatches {
  std::vector<Tensor> numbers;  ///< int64 (batch), one for each update; empty = every update sees the whole set
  /// Of the pictures of an update; none = as they are. Differentiable.
  std::function<Tensor(int64_t update, const Tensor& pictures)> augment;
};

/// `updates` batches of `batch` of `count` pictures: the set in a drawn order again and again, the
/// last batch of a round short. No numbers where a batch takes the whole set.
InnerBatches shuffled_batches(int64_t count, int64_t batch, int64_t updates, Random random);

/// The task whose sources are {pictures, labels, rates}. `network` must outlive it; `buffers` are
/// copied for each pass. The field's ConvNet is differentiated by its own passes (chain.h).
InnerTask train_classifier(const nn::Classifier& network, const Tensors& buffers, InnerBatches batches);

/// The task of the last linear map alone, on embeddings: sources {embeddings (n, width), labels,
/// rates}, parameters {weight (classes, width), bias (classes)}.
InnerTask train_last_layer(InnerBatches batches);

/// The loss of `parameters` on a batch, as in training.
Tensor training_loss(const nn::Classifier& network, std::span<const Tensor> parameters, const Tensors& buffers, const Tensor& pictures,
                     const Tensor& targets);

}  // namespace decant::distill
