// The encoder of MPNet: K. Song et al., "MPNet: Masked and Permuted Pre-training for Language
// Understanding", NeurIPS 2020, arXiv:2004.09297.
//
//     x ← norm(word[id] + place[i + p + 1]), then the layers of encoder_parts.h,
//     where queries i and keys j of every layer meet with the bias  b[bucket(j − i)]  of their head
//
// p: pad_token_id, before which, and at which, no token stands. Buckets are T5's in both
// directions: half of them for keys that follow, of each half the first half for one distance each
// and the others for distances up to 128 by their logarithm, the last for all beyond.
//
// The names are those that Hugging Face's MPNetModel gives its weights, with or without "mpnet."
// before them.
#pragma once

#include <vector>

#include "decant/features/torch/encoder_parts.h"
#include "decant/features/torch/sentence_network.h"

namespace decant::features {

class MpNet final : public SentenceNetwork {
 public:
  MpNet(const SentenceFolder& folder, at::Device device);
  at::Tensor operator()(const at::Tensor& ids, const at::Tensor& key_bias) const override;

 private:
  EncoderShape shape_;
  at::Tensor words_, places_;
  at::Tensor distances_;  // (buckets, heads)
  Norm norm_;
  std::vector<EncoderLayer> layers_;
};

/// (length, length) int64 on the device: the bucket of each query (row) and key (column), below
/// `buckets`.
at::Tensor distance_buckets(int64_t length, int64_t buckets, at::Device device);

}  // namespace decant::features
