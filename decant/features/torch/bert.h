// The encoder of BERT, for inference: J. Devlin et al., NAACL 2019.
//
//     x ← norm(word[id] + place[i] + type[0])
//     x ← norm(x + attention(x)),   x ← norm(x + narrow(act(widen(x))))      in each layer
//
// with the names that Hugging Face's BertModel gives its weights, with or without "bert." before
// them.
#pragma once

#include <ATen/core/Tensor.h>
#include <string>
#include <vector>

#include "decant/features/sentence_folder.h"

namespace decant::features {

class Bert {
 public:
  /// Throws InputError naming file and tensor: one that is missing, of another shape or type, or
  /// not finite. Others in the file (a pooler, a head) are ignored.
  Bert(const SentenceFolder& folder, at::Device device);

  /// ids (batch, length) int64; `key_bias`, unless undefined, (batch, 1, 1, length): 0, and −∞
  /// where there is no token. → (batch, length, hidden_size). REQUIRES: ids below vocab_size,
  /// length at most max_position_embeddings.
  at::Tensor operator()(const at::Tensor& ids, const at::Tensor& key_bias) const;

 private:
  struct Linear {
    at::Tensor weight, bias;
    at::Tensor operator()(const at::Tensor& x) const;
  };
  struct Norm {
    at::Tensor weight, bias;
    double epsilon = 0;
    at::Tensor operator()(const at::Tensor& x) const;
  };
  struct Layer {
    Linear qkv, projection, widen, narrow;
    Norm norm1, norm2;
  };
  class File;

  at::Tensor attention(const Layer& layer, const at::Tensor& x, const at::Tensor& key_bias) const;
  at::Tensor activated(const at::Tensor& x) const;

  BertShape shape_;
  at::Tensor words_, places_;  // places with type 0 added
  Norm norm_;
  std::vector<Layer> layers_;
};

}  // namespace decant::features
