#include "decant/dedup/joined_rows.h"

#include "decant/data/objects.h"

namespace decant {

JoinedRows::JoinedRows(std::shared_ptr<const Rows> first, std::shared_ptr<const Rows> second, const std::string& name, std::string prefix)
    : first_(std::move(first)), second_(std::move(second)), prefix_(std::move(prefix)) {
  const auto both = [](const void* one, const void* other) { return (one == nullptr) == (other == nullptr); };
  const Features* const one = first_->features();
  const Features* const other = second_->features();
  if (!both(first_->pictures(), second_->pictures()) || !both(first_->texts(), second_->texts()) || !both(one, other))
    throw InputError({name, "", "holds samples of another kind than the training split", "Name test data of the same kind"});
  if (one == nullptr) return;
  if (one->width() != other->width())
    throw InputError({name, "", fmt::format("has {} columns, and the training split has {}", other->width(), one->width()),
                      "Name test data with the same features"});
  features_ = joined(*one, *other);
}

std::string JoinedRows::key(int64_t row) const {
  return (row < first_->size() ? "" : prefix_) + of(row).key(in(row));
}

std::vector<int64_t> JoinedRows::known_faults() const {
  std::vector<int64_t> all = first_->known_faults();
  for (const int64_t row : second_->known_faults()) all.push_back(first_->size() + row);
  return all;
}

PictureBytes JoinedRows::stored_as() const {
  const PictureBytes one = first_->pictures()->stored_as();
  return one == second_->pictures()->stored_as() ? one : PictureBytes::coded;
}

void JoinedRows::counts(int64_t row, std::vector<ClassCount>& out) const {
  out.clear();
  if (targets_of(row) != nullptr) targets_of(row)->counts(in(row), out);
}

ObjectRange JoinedRows::objects(int64_t row) const {
  return targets_of(row) == nullptr ? ObjectRange() : targets_of(row)->objects(in(row));
}

void JoinedRows::shapes(int64_t row, std::vector<ObjectShape>& out) const {
  out.clear();
  if (targets_of(row) != nullptr) targets_of(row)->shapes(in(row), out);
}

bool JoinedRows::class_mask(int64_t row, ClassMask& out) const {
  return targets_of(row) != nullptr && targets_of(row)->class_mask(in(row), out);
}

int JoinedRows::orientation(int64_t row) const {
  return targets_of(row) == nullptr ? 1 : targets_of(row)->orientation(in(row));
}

uint64_t JoinedRows::annotation_hash(int64_t row) const {
  return targets_of(row) == nullptr ? 0 : targets_of(row)->annotation_hash(in(row));
}

Features joined(const Features& first, const Features& second) {
  std::vector<FeatureBlock> blocks(first.blocks().begin(), first.blocks().end());
  blocks.insert(blocks.end(), second.blocks().begin(), second.blocks().end());
  return Features(std::move(blocks));
}

}  // namespace decant
