#include "decant/data/dataset.h"

#include <algorithm>

namespace decant {

const char* name_of(Split split) {
  switch (split) {
    case Split::train:
      return "train";
    case Split::validation:
      return "validation";
    case Split::test:
      return "test";
  }
  return "";
}

const Rows* Dataset::held_out() const {
  for (const Split split : {Split::test, Split::validation}) {
    if (const auto found = splits.find(split); found != splits.end()) return found->second.get();
  }
  return nullptr;
}

std::vector<int32_t> labels_of(const Rows& rows) {
  std::vector<int32_t> labels(static_cast<size_t>(rows.size()));
  for (size_t row = 0; row < labels.size(); ++row) labels[row] = rows.label(static_cast<int64_t>(row));
  return labels;
}

int class_count(const Dataset& dataset) {
  int32_t largest = kNoLabel;
  for (const auto& [split, rows] : dataset.splits) {
    for (const int32_t label : labels_of(*rows)) largest = std::max(largest, label);
  }
  return std::max(static_cast<int>(dataset.classes.size()), largest + 1);
}

}  // namespace decant
