// graph-cut on last-layer gradients, never building one.
//
// The gradient of the loss in the last layer of a network is g = b ⊗ [1; e]: b = ∂loss/∂logits (C
// values), e the embedding (d values). The published code of Dataset Quantization cuts images by
// the cosine of these, C·(d+1) numbers per row (769,000 for ImageNet). But
//
//   ⟨g_i, g_j⟩ = ⟨b_i, b_j⟩ · (1 + ⟨e_i, e_j⟩)       ‖g_i‖² = ‖b_i‖² · (1 + ‖e_i‖²)
//
// so the C + d columns [b | e] are enough. The cosine is no longer linear in the row, so scores are
// kept for every row and lowered at each pick: score_i = (λ/2)·Σ_D cos(g_i, g_j) − Σ_S cos(g_i,
// g_s). The first sum is a bilinear form, one matrix for the whole pool: with w_j = 1/‖g_j‖ and M =
// Σ_j w_j·b_j·[1; e_j]ᵀ (C × (d+1)), Σ_D cos(g_i, g_j) = w_i · b_iᵀ·M·[1; e_i]. Later bins subtract
// what earlier bins picked.
//
// Canonical arithmetic, float64 as written:
//
//   w        = 1/√(dot(b,b)·(1 + dot(e,e))), 0 when b is zero
//   M        summed in row order
//   cover_i  = w_i·Σ_c b_ic·(M_c0 + dot(e_i, M_c))
//   cos(i,s) = dot(b_i,b_s)·(1 + dot(e_i,e_s))·w_i·w_s
//   picked_i = Σ_S cos(i,s), in the order picked
//   score_i  = (λ/2)·cover_i − picked_i;   at the end of a bin cover_i −= picked_i
//
// Trap: b depends on the label that the network is given. Cut per class, or rows of a rare class
// look like outliers.
//
// Cost: n·(C+d) multiply-adds per pick, n·C·d once. Memory: the features, C·(d+1)·8 bytes and 24
// bytes per row.
#pragma once

#include <vector>

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/data/features.h"
#include "decant/select/engine/bin_picker.h"

namespace decant {

class GradientPicker : public BinPicker {
 public:
  /// Columns 0…classes−1 of the features are b, the others e. REQUIRES: 0 < classes < width;
  /// features that are one matrix of float32 (see one_float32_block()), which must outlive this
  /// object.
  GradientPicker(const Features& features, std::span<const int64_t> rows, int32_t classes, double lambda, const Context& context);
  /// Costs as much as the picks of those bins did for the rows that are left, but reads the rows
  /// once for many picks.
  void skip_bins(std::span<const std::vector<int32_t>> bins) override;
  void begin_bin(std::span<const int32_t> members) override;
  BinPick next() override;

 private:
  std::span<const float> b(int32_t row) const { return b_[line_[static_cast<size_t>(row)]]; }
  std::span<const float> e(int32_t row) const { return e_[line_[static_cast<size_t>(row)]]; }
  Matrix<double> pool_matrix() const;
  void cover_all();
  void end_bin();
  void lower_scores(std::span<const int32_t> picks);
  double score(int32_t row) const;

  Context context_;
  double lambda_;
  MatrixView<const float> b_;
  MatrixView<const float> e_;
  std::vector<int32_t> line_;
  std::vector<double> weight_;  ///< 1/‖g‖
  std::vector<double> cover_;
  std::vector<double> picked_;
  std::vector<int32_t> unpicked_;
  double members_ = 0;
  double count_ = 0;
};

}  // namespace decant
