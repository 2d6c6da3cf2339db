// The rows of two splits, one after the other, so that both are searched as one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/data/rows.h"

namespace decant {

/// Rows of `first`, then those of `second`, whose keys begin with `prefix`. A facet is there where
/// both have it. Throws InputError, which names `name`, for a second that is of another kind than
/// the first, or a matrix of another width.
class JoinedRows final : public Rows, public Pictures, public Texts, public Fields, public Targets {
 public:
  JoinedRows(std::shared_ptr<const Rows> first, std::shared_ptr<const Rows> second, const std::string& name, std::string prefix = "test: ");

  int64_t size() const override { return first_->size() + second_->size(); }
  std::string key(int64_t row) const override;
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override { return of(row).bytes(in(row), scratch); }
  std::string known_fault(int64_t row) const override { return of(row).known_fault(in(row)); }
  std::vector<int64_t> known_faults() const override;
  int64_t stored_bytes() const override { return first_->stored_bytes() + second_->stored_bytes(); }
  const Modality& modality() const override { return first_->modality(); }
  const Pictures* pictures() const override { return first_->pictures() != nullptr ? this : nullptr; }
  const Features* features() const override { return features_.count() > 0 ? &features_ : nullptr; }
  const Texts* texts() const override { return first_->texts() != nullptr ? this : nullptr; }
  const Fields* fields() const override { return first_->fields() != nullptr ? this : nullptr; }
  const Targets* targets() const override { return this; }

  void decode(int64_t row, Image& image) const override { of(row).pictures()->decode(in(row), image); }
  PictureBytes stored_as() const override;
  std::optional<PatchMask> mask(int64_t row) const override { return of(row).pictures()->mask(in(row)); }
  void read(int64_t row, Record& out) const override { of(row).texts()->read(in(row), out); }
  std::string schema() const override { return first_->texts()->schema(); }
  std::optional<std::string> value(int64_t row, std::string_view name) const override { return of(row).fields()->value(in(row), name); }
  std::vector<std::string> names(int64_t row) const override { return of(row).fields()->names(in(row)); }
  int32_t label(int64_t row) const override { return of(row).label(in(row)); }
  CountedIn counted_in() const override { return first_->taught().value_or(CountedIn::rows); }
  void counts(int64_t row, std::vector<ClassCount>& out) const override;
  ObjectRange objects(int64_t row) const override;
  void shapes(int64_t row, std::vector<ObjectShape>& out) const override;
  bool class_mask(int64_t row, ClassMask& out) const override;
  int orientation(int64_t row) const override;
  uint64_t annotation_hash(int64_t row) const override;

 private:
  const Rows& of(int64_t row) const { return row < first_->size() ? *first_ : *second_; }
  const Targets* targets_of(int64_t row) const { return of(row).targets(); }
  int64_t in(int64_t row) const { return row < first_->size() ? row : row - first_->size(); }

  std::shared_ptr<const Rows> first_, second_;
  std::string prefix_;
  Features features_;
};

/// Rows of both, one after the other. REQUIRES: equal widths, rows in both.
Features joined(const Features& first, const Features& second);

}  // namespace decant
