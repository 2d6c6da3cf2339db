// Features from a network: its embedding, or the gradient of the last layer's loss in exact factored form.
//
// The gradient of the loss with respect to the last linear map is the outer product g = b ⊗ [1; e], b = softmax(z) − onehot(y)
// (classes values), e = the embedding (width values). Two inner products factor exactly,
//     ⟨gᵢ, gⱼ⟩ = ⟨bᵢ, bⱼ⟩ · (1 + ⟨eᵢ, eⱼ⟩),
// so b and e are kept side by side, classes + width numbers a row, and g (classes · (width + 1)) is never built.
//
// Free of libtorch; the work is done in the torch part of this folder, and programs reach it through pipeline/neural.h.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/data/dataset.h"

namespace decant::features {

enum class NetworkFeature { embedding, gradient };

struct NetworkFeatureOptions {
  std::string net;                 ///< a name that nn/network.h knows
  std::filesystem::path weights;   ///< safetensors
  NetworkFeature kind = NetworkFeature::embedding;
  int image_size = 0;              ///< as in train::TrainOptions
  int classes = 0;
  std::string normalisation = "data";  ///< "data": mean and deviation of the training pictures; "imagenet": the usual constants
  int batch = 256;
  std::string device = "cpu";
};

/// Columns that network_features() will write: embedding width, or classes + embedding width ([b | e]).
int64_t network_feature_width(const Rows& rows, const NetworkFeatureOptions& options);

/// One row of `out` for each row of `rows`; rows listed in `bad` (ascending) get zeros. Pictures are decoded on worker threads.
void network_features(const Rows& rows, std::span<const int64_t> bad, const NetworkFeatureOptions& options, MatrixView<float> out,
                      const Context& context);

}  // namespace decant::features
