// Some rows of another Rows, renumbered from 0, with the labels renamed on the way if need be. Holds a share in the rows below.
#pragma once

#include <memory>
#include <vector>

#include "decant/data/dataset.h"

namespace decant {

class RowsView final : public Rows {
 public:
  /// `picked`: rows of `below`, in the order wanted. `labels`: new label of each old one (kNoLabel stays); empty = unchanged.
  RowsView(std::shared_ptr<const Rows> below, std::vector<int64_t> picked, std::vector<int32_t> labels = {});

  int64_t size() const override { return static_cast<int64_t>(picked_.size()); }
  std::string key(int64_t row) const override { return below_->key(at(row)); }
  int32_t label(int64_t row) const override;
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override { return below_->bytes(at(row), scratch); }
  void decode(int64_t row, Image& image) const override { below_->decode(at(row), image); }
  bool has_images() const override { return below_->has_images(); }
  std::optional<ImageSize> fixed_size() const override { return below_->fixed_size(); }
  std::string known_fault(int64_t row) const override { return below_->known_fault(at(row)); }
  const Features* features() const override { return features_.count() > 0 ? &features_ : nullptr; }
  int64_t stored_bytes() const override;  ///< reads every row: rarely wanted

 private:
  int64_t at(int64_t row) const { return picked_[static_cast<size_t>(row)]; }

  std::shared_ptr<const Rows> below_;
  std::vector<int64_t> picked_;
  std::vector<int32_t> labels_;
  Features features_;  ///< of a matrix: the picked rows where they lie, a block for each run of neighbours
};

}  // namespace decant
