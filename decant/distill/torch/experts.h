// Expert trajectories: networks trained on real rows, and where they were on the way, on disk.
//
// G. Cazenavette et al., "Dataset distillation by matching training trajectories", CVPR 2022: plain
// SGD at 0.01 on batches of 256, parameters kept after every epoch. J. Du et al., "Minimizing the
// accumulated trajectory error to improve dataset distillation", CVPR 2023, has them led to flat
// places (flat_gradient.h): the published code takes radius 2, gap 0.4, adaptive, its readme a
// radius of 0.01.
//
// A buffer is a folder, an entry of decant's cache, shared by all runs with the same rows, network
// and ExpertOptions. In it
//
//     expert-0003-0012.safetensors    expert 3 at checkpoint 12, float16 (distill/expert_file.h)
//     unfinished-0003.safetensors     an expert in training: all that the next update follows from,
//                                     float32; until its last checkpoint is written
//
// Checkpoint 0 is the fresh network. Every file is written under another name and renamed, so what
// is there is whole, and a buffer that was interrupted goes on after its last checkpoint and ends
// in the same bytes.
//
// Cost: a forward-backward pass for each update (two with a radius), experts · checkpoints · every
// updates; 2 bytes for each weight of each checkpoint, and a header of some hundred bytes a tensor.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/cache.h"
#include "decant/distill/expert_file.h"
#include "decant/distill/torch/flat_gradient.h"
#include "decant/distill/torch/real_rows.h"
#include "decant/nn/network.h"

namespace decant::distill {

struct ExpertOptions {
  int64_t experts = 3;
  int64_t checkpoints = 10;  ///< after the first, which is the fresh network
  int64_t every = 0;         ///< updates between two; 0 = an epoch
  int64_t batch = 256;       ///< rows; an epoch's last batch is short
  double rate = 0.01;
  double momentum = 0;  ///< heavy ball
  Flatness flatness;
  std::string augment;  ///< of every batch, as augmenting.h
  uint64_t seed = 0;
};

/// Finished experts. The network must outlive it.
class ExpertBuffer {
 public:
  /// `folder`: as obtain_experts() leaves it; `identity`: of what decides them.
  ExpertBuffer(const nn::Classifier& network, std::filesystem::path folder, std::string identity, const ExpertOptions& options);

  int64_t experts() const { return options_.experts; }
  int64_t checkpoints() const { return options_.checkpoints; }
  const ExpertOptions& options() const { return options_; }
  const std::filesystem::path& folder() const { return folder_; }

  /// The parameters of expert 0 … experts() − 1 at checkpoint 0 … checkpoints(): float32 on the
  /// CPU. Cost: the file. Throws InputError for a file that is not that of this place, or damaged.
  Tensors parameters(int64_t expert, int64_t checkpoint) const;

 private:
  const nn::Classifier& network_;
  std::filesystem::path folder_;
  std::string identity_;
  ExpertOptions options_;
};

/// All that decides an expert's weights.
CacheKey expert_key(const nn::Classifier& network, const RealRows& real, const ExpertOptions& options);

/// Trains what is missing in `folder`. Throws InputError for a training that diverges, and for a
/// folder with the beginnings of other experts; Cancelled.
void train_experts(const nn::Classifier& network, const RealRows& real, const ExpertOptions& options, const std::filesystem::path& folder,
                   const std::string& identity, const Context& context);

/// The buffer from the cache at `cache` (empty: decant's own), trained first where it is not there.
ExpertBuffer obtain_experts(const nn::Classifier& network, const RealRows& real, const ExpertOptions& options,
                            const std::filesystem::path& cache, const Context& context);

}  // namespace decant::distill
