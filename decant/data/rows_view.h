// Some rows of another Rows, renumbered from 0, with the labels renamed on the way if need be.
#pragma once

#include <memory>
#include <vector>

#include "decant/data/rows.h"

namespace decant {

class RowsView final : public WrappedRows, public Pictures, public Texts, public Fields, public Targets {
 public:
  /// `picked`: rows of `below`, in the order wanted. `labels`: new label of each old one (kNoLabel
  /// stays); empty = unchanged.
  RowsView(std::shared_ptr<const Rows> below, std::vector<int64_t> picked, std::vector<int32_t> labels = {});

  int64_t size() const override { return static_cast<int64_t>(picked_.size()); }
  std::string key(int64_t row) const override { return below().key(at(row)); }
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override { return below().bytes(at(row), scratch); }
  std::string known_fault(int64_t row) const override { return below().known_fault(at(row)); }
  std::vector<int64_t> known_faults() const override;
  int64_t stored_bytes() const override;  ///< reads every row: rarely wanted

  const Pictures* pictures() const override { return below().pictures() != nullptr ? this : nullptr; }
  const Features* features() const override { return features_.count() > 0 ? &features_ : nullptr; }
  const Texts* texts() const override { return below().texts() != nullptr ? this : nullptr; }
  const Fields* fields() const override { return below().fields() != nullptr ? this : nullptr; }
  const Targets* targets() const override { return below().targets() != nullptr ? this : nullptr; }

  void decode(int64_t row, Image& image) const override { below().pictures()->decode(at(row), image); }
  std::optional<ImageSize> fixed_size() const override { return below().pictures()->fixed_size(); }
  PictureBytes stored_as() const override { return below().pictures()->stored_as(); }
  std::optional<PatchMask> mask(int64_t row) const override { return below().pictures()->mask(at(row)); }
  void read(int64_t row, Record& out) const override { below().texts()->read(at(row), out); }
  std::string schema() const override { return below().texts()->schema(); }
  std::optional<std::string> value(int64_t row, std::string_view name) const override { return below().fields()->value(at(row), name); }
  std::vector<std::string> names(int64_t row) const override { return below().fields()->names(at(row)); }
  int32_t label(int64_t row) const override { return renamed(below().targets()->label(at(row))); }
  void counts(int64_t row, std::vector<ClassCount>& out) const override;
  std::span<const float> soft(int64_t row) const override;
  ViewsOfRow views(int64_t row) const override;
  CountedIn counted_in() const override { return below().targets()->counted_in(); }
  ObjectRange objects(int64_t row) const override { return below().targets()->objects(at(row)); }
  void shapes(int64_t row, std::vector<ObjectShape>& out) const override { below().targets()->shapes(at(row), out); }
  bool class_mask(int64_t row, ClassMask& out) const override { return below().targets()->class_mask(at(row), out); }
  int orientation(int64_t row) const override { return below().targets()->orientation(at(row)); }
  uint64_t annotation_hash(int64_t row) const override { return below().targets()->annotation_hash(at(row)); }

 private:
  int64_t at(int64_t row) const { return picked_[static_cast<size_t>(row)]; }
  int32_t renamed(int32_t label) const;
  void rename_soft_labels();

  std::vector<int64_t> picked_;
  std::vector<int32_t> labels_;
  std::vector<float> soft_;  ///< where labels are renamed, the soft ones, each class in its new place
  size_t soft_width_ = 0;
  std::unique_ptr<RenamedViewLabels> view_labels_;  ///< the same of views
  Features features_;                               ///< of a matrix: the picked rows where they lie, a block for each run of neighbours
};

}  // namespace decant
