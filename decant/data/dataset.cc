#include "decant/data/dataset.h"

#include <algorithm>
#include <mutex>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"

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

int64_t SubsetWriter::write_list(std::span<const int64_t>, const std::filesystem::path&, const Context&) const {
  throw InputError({"", "", "this format has no lists that name pictures elsewhere; YOLO, VOC and COCO have", "Omit --store list"});
}

int64_t SubsetWriter::rewrite(std::span<const int64_t>, const Rows&, const std::filesystem::path&, const Context&) const {
  throw InputError({"", "", "this format stores pixels, and has no place for pictures of other bytes", "Write another with --to"});
}

const Rows* Dataset::held_out() const {
  for (const Split split : {Split::test, Split::validation}) {
    if (const auto found = splits.find(split); found != splits.end() && found->second->have_classes()) return found->second.get();
  }
  return nullptr;
}

std::vector<int32_t> labels_of(const Rows& rows) {
  std::vector<int32_t> labels(static_cast<size_t>(rows.size()));
  for (size_t row = 0; row < labels.size(); ++row) labels[row] = rows.label(static_cast<int64_t>(row));
  return labels;
}

Column<int32_t> label_column(const Rows& rows) {
  if (rows.targets() == nullptr) return {static_cast<size_t>(rows.size()), kNoLabel};
  return labels_of(rows);
}

LabelCounts count_labels(const Rows& rows, const Context& context) {
  LabelCounts counts{.unlabelled = rows.size()};
  if (!rows.have_classes()) return counts;
  constexpr int64_t kLeast = 1 << 16;  // rows a thread takes at once
  Stage stage(context, "labels", rows.size(), "rows");
  std::mutex mutex;
  parallel_for(context, rows.size(), std::max(kLeast, rows.size() / 256), [&](int64_t begin, int64_t end) {
    std::vector<int64_t> own;
    for (int64_t row = begin; row < end; ++row) {
      const int32_t label = rows.label(row);
      if (label < 0) continue;
      if (static_cast<size_t>(label) >= own.size()) own.resize(static_cast<size_t>(label) + 1);
      ++own[static_cast<size_t>(label)];
    }
    stage.advance(end - begin);
    const std::lock_guard lock(mutex);
    if (own.size() > counts.rows.size()) counts.rows.resize(own.size());
    for (size_t label = 0; label < own.size(); ++label) counts.rows[label] += own[label];
  });
  counts.unlabelled = rows.size() - std::accumulate(counts.rows.begin(), counts.rows.end(), int64_t{0});
  return counts;
}

int class_count(const Dataset& dataset) {
  int32_t largest = kNoLabel;
  for (const auto& [split, rows] : dataset.splits) {
    if (!rows->have_classes()) continue;
    for (int64_t row = 0; row < rows->size(); ++row) largest = std::max(largest, rows->label(row));
  }
  return std::max(static_cast<int>(dataset.classes.size()), largest + 1);
}

}  // namespace decant
