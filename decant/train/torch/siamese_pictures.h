// Differentiable Siamese augmentation in an ordinary training: each batch of another source,
// changed by an operation drawn for it, each picture by parameters of its own.
#pragma once

#include <memory>

#include "decant/base/random.h"
#include "decant/data/siamese.h"
#include "decant/train/torch/task.h"

namespace decant::train {

class SiamesePictures final : public BatchSource {
 public:
  /// Batch i is drawn from Random(seed, "siamese", first_step + i).
  SiamesePictures(std::unique_ptr<BatchSource> pictures, SiameseOptions options, uint64_t seed, int64_t first_step)
      : pictures_(std::move(pictures)), options_(std::move(options)), seed_(seed), first_step_(first_step) {}

  const Batch* next() override;
  double waited() const override { return pictures_->waited(); }

 private:
  std::unique_ptr<BatchSource> pictures_;
  SiameseOptions options_;
  uint64_t seed_;
  int64_t first_step_;
  Batch batch_;
};

}  // namespace decant::train
