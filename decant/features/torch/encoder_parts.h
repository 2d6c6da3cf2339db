// What encoders of BERT's family are made of: weights by their published names, and the layer that
// all of them share.
//
//     x ← norm(x + attention(x)),   x ← norm(x + narrow(act(widen(x))))
//     attention(x) = project(softmax(q·kᵀ/√w + bias)·v),   w = width / heads, each head by itself
#pragma once

#include <ATen/core/Tensor.h>
#include <string>
#include <vector>

#include "decant/features/sentence_folder.h"
#include "decant/formats/safetensors/safetensors.h"

namespace decant::features {

struct Linear {
  at::Tensor weight, bias;
  at::Tensor operator()(const at::Tensor& x) const;
};

struct Norm {
  at::Tensor weight, bias;
  double epsilon = 0;
  at::Tensor operator()(const at::Tensor& x) const;
};

struct EncoderLayer {
  Linear qkv, projection, widen, narrow;
  Norm norm1, norm2;
};

/// How a family calls the parts of its attention, in a layer.
struct AttentionNames {
  const char* query;
  const char* key;
  const char* value;
  const char* projection;
  const char* norm;
};

/// model.safetensors of a folder, whose tensors may have `family` and a dot before their names. All
/// throw InputError naming file and tensor: one that is missing, of another shape or type, or not
/// finite. Others in the file (a pooler, a head) are ignored.
class WeightFile {
 public:
  WeightFile(const SentenceFolder& folder, const char* family, at::Device device);

  at::Tensor tensor(const std::string& name, std::vector<int64_t> shape) const;
  Linear linear(const std::string& name, int64_t in, int64_t out) const;
  /// Files from TensorFlow call its two gamma and beta.
  Norm norm(const std::string& name, int64_t width) const;
  std::vector<EncoderLayer> layers(const EncoderShape& shape, const AttentionNames& names) const;

 private:
  EncoderLayer layer(int64_t index, const EncoderShape& shape, const AttentionNames& names) const;

  std::string path_;
  SafeTensors content_;
  at::Device device_;
  double epsilon_;
  std::string prefix_;
};

/// x (batch, length, width) through the layers. `bias`, unless undefined, is added to what queries
/// and keys give: (batch or 1, heads or 1, length or 1, length).
at::Tensor through(const std::vector<EncoderLayer>& layers, const EncoderShape& shape, at::Tensor x, const at::Tensor& bias);

}  // namespace decant::features
