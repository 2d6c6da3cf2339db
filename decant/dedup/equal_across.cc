#include "decant/dedup/equal_across.h"

#include <algorithm>
#include <utility>

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

}  // namespace

std::vector<std::vector<SplitRow>> equal_across(std::span<const SplitRows> splits, Content content, const Context& context) {
  std::shared_ptr<const Rows> all;
  std::vector<int64_t> begins, among;
  for (const SplitRows& split : splits) {
    begins.push_back(all ? all->size() : 0);
    for (const int64_t row : split.among) among.push_back(begins.back() + row);
    const auto rows = without_matrix(split.rows);
    all = all ? std::make_shared<JoinedRows>(all, rows, split.name) : rows;
  }
  std::vector<std::vector<SplitRow>> groups;
  for (const std::vector<int64_t>& group : equal_rows(*all, Subset(std::move(among)), content, context)) {
    std::vector<SplitRow>& placed = groups.emplace_back();
    for (const int64_t row : group) {
      const auto split = static_cast<size_t>(std::ranges::upper_bound(begins, row) - begins.begin() - 1);
      placed.push_back({split, row - begins[split]});
    }
  }
  return groups;
}

}  // namespace decant
