// The rows of another, under labels of one's own: what is chosen or learnt by clusters in place of classes looks at these.
#pragma once

#include <memory>
#include <vector>

#include "decant/data/dataset.h"

namespace decant {

/// Holds a share in the rows below. Everything but the labels is theirs.
class RelabelledRows final : public Rows {
 public:
  /// `labels`: one a row.
  RelabelledRows(std::shared_ptr<const Rows> below, std::vector<int32_t> labels);

  int64_t size() const override { return below_->size(); }
  std::string key(int64_t row) const override { return below_->key(row); }
  int32_t label(int64_t row) const override { return labels_[static_cast<size_t>(row)]; }
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override { return below_->bytes(row, scratch); }
  void decode(int64_t row, Image& image) const override { below_->decode(row, image); }
  bool has_images() const override { return below_->has_images(); }
  std::optional<ImageSize> fixed_size() const override { return below_->fixed_size(); }
  std::string known_fault(int64_t row) const override { return below_->known_fault(row); }
  const Features* features() const override { return below_->features(); }
  int64_t stored_bytes() const override { return below_->stored_bytes(); }

 private:
  std::shared_ptr<const Rows> below_;
  std::vector<int32_t> labels_;
};

}  // namespace decant
