#include "decant/pipeline/run/equal_counts.h"

#include <algorithm>
#include <set>

#include "decant/dedup/equal_across.h"

namespace decant {
namespace {

/// Of the training rows of a group.
void count_labels_of(std::span<const int64_t> group, const Rows& train, EqualCounts& counts) {
  std::set<int32_t> labels;
  for (const int64_t row : group) labels.insert(train.label(row));
  labels.erase(kNoLabel);
  if (labels.size() < 2) return;
  counts.contradicting += std::ssize(group);
  const auto other = std::ranges::find_if(group, [&](int64_t row) { return train.label(row) != train.label(group.front()); });
  if (counts.examples.size() < 2) counts.examples.emplace_back(group.front(), *other);
}

}  // namespace

EqualCounts count_equal(const std::shared_ptr<const Rows>& train, const Subset& among, std::span<const std::shared_ptr<const Rows>> others,
                        Content content, const Context& context) {
  std::vector<SplitRows> splits = {{train, among}};
  for (const auto& other : others) splits.push_back({other, Subset::all(other->size()), "the other split"});
  EqualCounts counts{.leaked = std::vector<std::vector<int64_t>>(others.size())};
  for (const std::vector<SplitRow>& group : equal_across(splits, content, context)) {
    std::vector<int64_t> rows;  // of training, which come first
    for (const SplitRow& one : group) {
      if (one.split == 0) rows.push_back(one.row);
    }
    if (rows.empty()) continue;
    counts.repeats += std::ssize(rows) - 1;
    count_labels_of(rows, *train, counts);
    for (const SplitRow& one : std::span(group).subspan(rows.size())) counts.leaked[one.split - 1].push_back(one.row);
  }
  for (auto& leaked : counts.leaked) std::ranges::sort(leaked);
  return counts;
}

}  // namespace decant
