// The encoder of BERT: J. Devlin et al., NAACL 2019.
//
//     x ← norm(word[id] + place[i] + type[0]), then the layers of encoder_parts.h
//
// with the names that Hugging Face's BertModel gives its weights, with or without "bert." before
// them.
#pragma once

#include <vector>

#include "decant/features/torch/encoder_parts.h"
#include "decant/features/torch/sentence_network.h"

namespace decant::features {

class Bert final : public SentenceNetwork {
 public:
  Bert(const SentenceFolder& folder, at::Device device);
  at::Tensor operator()(const at::Tensor& ids, const at::Tensor& key_bias) const override;

 private:
  EncoderShape shape_;
  at::Tensor words_, places_;  // places with type 0 added
  Norm norm_;
  std::vector<EncoderLayer> layers_;
};

}  // namespace decant::features
