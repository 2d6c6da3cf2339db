// Scoring every row: the plain engine for linear objectives, and the reference for the fast one.
//
// Cost: n·d multiply-adds per pick, n²·d/2 a pool (5,000 × 256: half a second; 50,000 × 256: four
// minutes).
#pragma once

#include <vector>

#include "decant/select/engine/bin_picker.h"
#include "decant/select/engine/linear_pool.h"

namespace decant {

class LinearPicker : public BinPicker {
 public:
  explicit LinearPicker(LinearPool& pool) : pool_(pool) {}  ///< keeps the reference
  void begin_bin(std::span<const int32_t> members) override;
  /// As NestedPicker's.
  std::vector<double> begin_bin(std::span<const int32_t> members, std::span<const int32_t> picked);
  BinPick next() override;

 private:
  LinearPool& pool_;
  std::vector<int32_t> unpicked_;  ///< ascending
  std::vector<double> scores_;
};

}  // namespace decant
