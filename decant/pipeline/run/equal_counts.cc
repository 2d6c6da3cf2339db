#include "decant/pipeline/run/equal_counts.h"

#include <algorithm>
#include <set>

#include "decant/dedup/joined_rows.h"

namespace decant {
namespace {

/// Rows of which only the bytes are looked at: joining matrices would copy them.
class BytesOfVectors final : public WrappedRows {
 public:
  using WrappedRows::WrappedRows;
  const Features* features() const override { return nullptr; }
};

std::shared_ptr<const Rows> without_matrix(const std::shared_ptr<const Rows>& rows) {
  return rows->features() == nullptr ? rows : std::make_shared<BytesOfVectors>(rows);
}

/// The training rows of a group come first, for they are numbered first.
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
  std::shared_ptr<const Rows> all = without_matrix(train);
  std::vector<int64_t> rows = among.rows();
  std::vector<int64_t> begins;
  for (const auto& other : others) {
    begins.push_back(all->size());
    for (int64_t row = 0; row < other->size(); ++row) rows.push_back(all->size() + row);
    all = std::make_shared<JoinedRows>(all, without_matrix(other), "the other split");
  }
  EqualCounts counts{.leaked = std::vector<std::vector<int64_t>>(others.size())};
  for (const std::vector<int64_t>& group : equal_rows(*all, Subset(std::move(rows)), content, context)) {
    const auto end = std::ranges::lower_bound(group, train->size());
    if (end == group.begin()) continue;  // no training row
    counts.repeats += end - group.begin() - 1;
    count_labels_of({group.begin(), end}, *train, counts);
    for (const int64_t row : std::span(end, group.end())) {
      const auto split = std::ranges::upper_bound(begins, row) - begins.begin() - 1;
      counts.leaked[static_cast<size_t>(split)].push_back(row - begins[static_cast<size_t>(split)]);
    }
  }
  for (auto& leaked : counts.leaked) std::ranges::sort(leaked);
  return counts;
}

}  // namespace decant
