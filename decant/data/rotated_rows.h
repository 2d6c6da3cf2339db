// Every picture four times, turned by 0, 90, 180 and 270 degrees, and labelled by how far: a task
// that pictures without labels teach (S. Gidaris, P. Singh and N. Komodakis, "Unsupervised
// representation learning by predicting image rotations", ICLR 2018, arXiv:1803.07728).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "decant/data/rows.h"
#include "decant/data/subset.h"

namespace decant {

inline constexpr int kRotations = 4;

/// Row 4 r + k is row r turned counterclockwise by k quarters, and is of class k.
class RotatedRows final : public Rows, private Pictures, private Targets {
 public:
  /// REQUIRES: rows with pictures.
  explicit RotatedRows(std::shared_ptr<const Rows> rows) : rows_(std::move(rows)) {}

  int64_t size() const override { return kRotations * rows_->size(); }
  std::string key(int64_t row) const override { return rows_->key(row / kRotations) + "@" + std::to_string(90 * (row % kRotations)); }
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override { return rows_->bytes(row / kRotations, scratch); }
  int64_t stored_bytes() const override { return rows_->stored_bytes(); }
  const Modality& modality() const override { return rows_->modality(); }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }

  /// The four of each of these.
  static Subset of(const Subset& rows);

 private:
  int32_t label(int64_t row) const override { return static_cast<int32_t>(row % kRotations); }
  void decode(int64_t row, Image& image) const override;

  std::shared_ptr<const Rows> rows_;
};

/// Counterclockwise by so many quarters, 0…3.
void turn(ImageView from, int quarters, Image& to);

}  // namespace decant
