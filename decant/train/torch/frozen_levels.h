// What a backbone that is not trained makes of pictures, computed once.
//
// Maps are kept as float16, next to each other for the picture and its mirror image, and shared by
// all trainings on a table, as long as they take at most kKeptLevelBytes; else they are computed
// again for every batch, and rounded alike, so that results are the same.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "decant/loader/scene_batches.h"
#include "decant/nn/levels.h"

namespace decant::train {

inline constexpr int64_t kKeptLevelBytes = int64_t{6} << 30;

struct FrozenBackbone {
  std::string net;  ///< for the name under which maps are kept
  std::filesystem::path weights;
  std::vector<size_t> reads;  ///< which levels are wanted
  loader::Normalisation normalisation;
  at::Device device = at::kCPU;
};

class FrozenLevels {
 public:
  /// Loads the weights. `network`: of that name, for as many classes as the weights have. Throws
  /// what nn::load_weights() throws.
  FrozenLevels(FrozenBackbone spec, std::unique_ptr<const nn::Classifier> network);

  /// Whether maps of this table are kept: batches then need no pixels.
  bool keeps(const loader::SceneTable& table, bool mirrored) const;
  /// Of a batch, in float32, one tensor for each level that is wanted. The first call for a table
  /// that keeps them computes all.
  nn::Tensors of(const loader::SceneTable& table, const loader::SceneBatch& batch, bool mirrored, const Context& context);

 private:
  int64_t bytes_of(const loader::SceneTable& table, bool mirrored) const;
  nn::Tensors compute(const at::Tensor& images);
  nn::Tensors compute_all(const loader::SceneTable& table, bool mirrored, const Context& context);

  FrozenBackbone spec_;
  std::unique_ptr<const nn::Classifier> network_;
  nn::State state_;
};

/// The batch's pictures on `device`: (count, 3, height, width) in channels-last.
at::Tensor images_of(const loader::SceneBatch& batch, ImageSize frame, at::Device device);

}  // namespace decant::train
