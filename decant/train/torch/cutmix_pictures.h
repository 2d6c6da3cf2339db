// CutMix in an ordinary training: batches of another source, some of them with a box of each
// picture that shows another of the batch (train/cutmix.h).
#pragma once

#include <memory>
#include <vector>

#include "decant/train/torch/task.h"

namespace decant::train {

class CutMixPictures final : public BatchSource {
 public:
  /// Batch i is drawn from Random(seed, "cutmix", first_step + i).
  CutMixPictures(std::unique_ptr<BatchSource> pictures, double probability, uint64_t seed, int64_t first_step)
      : pictures_(std::move(pictures)), probability_(probability), seed_(seed), first_step_(first_step) {}

  const Batch* next() override;
  double waited() const override { return pictures_->waited(); }

 private:
  std::unique_ptr<BatchSource> pictures_;
  double probability_;
  uint64_t seed_;
  int64_t first_step_;
  Batch batch_;
  std::vector<int64_t> partner_rows_;
};

}  // namespace decant::train
