// Training dynamics: a network's outputs for every row, epoch after epoch. Five numbers per row and
// epoch are enough for every score known from the literature; whole outputs (rows × epochs ×
// classes) are never stored.
//
// With logits z, p = softmax(z), the label y, e the embedding that the last linear map sees:
//
//   probability    p_y                                    DUAL, Dyn-Unc, confidence
//   margin         z_y − max_{c≠y} z_c                    AUM; > 0 exactly where the prediction is right (forgetting)
//   loss           −ln p_y
//   error          ‖p − onehot(y)‖₂                       EL2N
//   gradient       ‖p − onehot(y)‖₂ · √(1 + ‖e‖²)         GraNd of the last layer: the norm of ∂loss/∂(W, b), without forming it
//   entropy        −Σ_c p_c ln p_c
//
// Observed during the training pass itself, once per row and epoch, as its authors record it: the
// augmented view, batch norms in training mode, the weights moving from batch to batch.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace decant {

enum class Dynamic { probability, margin, loss, error, gradient, entropy };
inline constexpr std::array<std::string_view, 6> kDynamicNames = {"probability", "margin", "loss", "error", "gradient", "entropy"};
inline constexpr size_t kDynamicCount = kDynamicNames.size();

/// A view of float16 values, epoch after epoch, with a share in whatever keeps the memory alive. A
/// row that was not observed (a bad one) holds NaN everywhere.
class Dynamics {
 public:
  using Records = std::array<const uint16_t*, kDynamicCount>;
  Dynamics() = default;
  /// `records`: (epochs, rows) each.
  Dynamics(int64_t epochs, int64_t rows, const Records& records, std::shared_ptr<const void> owner)
      : epochs_(epochs), rows_(rows), records_(records), owner_(std::move(owner)) {}

  int64_t epochs() const { return epochs_; }
  int64_t rows() const { return rows_; }
  double at(Dynamic what, int64_t epoch, int64_t row) const;
  /// Of one number, as stored: (epochs, rows) of float16.
  std::span<const uint16_t> halves(Dynamic what) const {
    return {records_[static_cast<size_t>(what)], static_cast<size_t>(epochs_ * rows_)};
  }

 private:
  int64_t epochs_ = 0;
  int64_t rows_ = 0;
  Records records_{};
  std::shared_ptr<const void> owner_;
};

}  // namespace decant
