// Features from a network: its embedding, or the gradient of the last layer's loss in exact
// factored form.
//
// The gradient of the loss with respect to the last linear map is the outer product g = b ⊗ [1; e],
// b = softmax(z) − onehot(y) (classes values), e = the embedding (width values). Two inner products
// factor exactly,
//     ⟨gᵢ, gⱼ⟩ = ⟨bᵢ, bⱼ⟩ · (1 + ⟨eᵢ, eⱼ⟩),
// so b and e are kept side by side, classes + width numbers per row, and g (classes · (width + 1))
// is never built.
//
// What repeats: on one machine, with one libtorch, one batch size and one thread count, the same
// features to the bit. Another of these adds up in another order inside convolutions, and features
// differ in the last digits (around 1e-6 of their size); decoding, resizing and normalisation never
// differ.
//
// Free of libtorch; the work is done in the torch part of this folder, and programs reach it
// through NetworkFeatures below.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/base/module.h"
#include "decant/base/options.h"
#include "decant/data/dataset.h"

namespace decant::features {

enum class NetworkFeature { embedding, gradient };

struct NetworkFeatureOptions {
  std::string net;                ///< a name that nn/network.h knows
  std::filesystem::path weights;  ///< safetensors
  NetworkFeature kind = NetworkFeature::embedding;
  int image_size = 0;                  ///< as in train::TrainOptions
  int classes = 0;                     ///< for an embedding 0 will do: the weights know
  std::string normalisation = "data";  ///< "data": mean and deviation of the training pictures; "imagenet": the usual constants
  int batch = 256;
  std::string device = "cpu";

  void declare(OptionTable& table);  ///< all but `kind` and the weights, whose content decides
};

/// Columns that network_features() will write: embedding width, or classes + embedding width ([b |
/// e]). Cheap, unless neither the options nor the format say how large pictures are: then some are
/// decoded, and those in `bad` (ascending) are not asked.
int64_t network_feature_width(const Rows& rows, const NetworkFeatureOptions& options, std::span<const int64_t> bad = {});

/// One row of `out` for each row of `rows`; rows listed in `bad` (ascending) get zeros. Pictures
/// are fitted to the network as in training (loader/image_table.h), decoded on worker threads while
/// the network runs. "data" normalisation reads them twice; up to 1 GiB of decoded pictures is kept
/// for that.
///
/// Throws InputError for an unknown network, device or normalisation, weights that do not fit, a
/// picture outside `bad` that does not decode, and, for gradients, a row outside `bad` whose label
/// is missing or not below `classes`. REQUIRES: `out` is rows.size() × network_feature_width().
void network_features(const Rows& rows, std::span<const int64_t> bad, const NetworkFeatureOptions& options, MatrixView<float> out,
                      const Context& context);

/// Both functions for programs, through the module (base/module.h).
struct NetworkFeatures {
  static constexpr const ModuleFile& kModule = kNeuralModule;
  static constexpr const char* kSymbol = "decant_network_features_v1";

  int64_t (*width)(const Rows& rows, const NetworkFeatureOptions& options, std::span<const int64_t> bad);
  void (*compute)(const Rows& rows, std::span<const int64_t> bad, const NetworkFeatureOptions& options, MatrixView<float> out,
                  const Context& context);
};

}  // namespace decant::features
