#include "decant/select/pools/pools.h"

#include <algorithm>
#include <map>

#include "decant/base/errors.h"
#include "decant/data/dataset.h"

namespace decant {
namespace {

constexpr int32_t kLargestLabel = 1 << 30;

}  // namespace

void check_labels(int64_t count, std::span<const int32_t> labels) {
  if (labels.empty()) return;
  if (static_cast<int64_t>(labels.size()) != count) {
    throw InputError({"", "labels", fmt::format("{} labels for {} rows", labels.size(), count), "Give one label per row"});
  }
  const auto largest = std::max_element(labels.begin(), labels.end());
  if (*largest > kLargestLabel) {
    throw InputError(
        {"", fmt::format("row {}", largest - labels.begin()), fmt::format("has label {}", *largest), "Number the classes from 0"});
  }
}

std::vector<bool> mark_rows(int64_t count, std::span<const int64_t> rows) {
  std::vector<bool> marked(static_cast<size_t>(count), false);
  for (const int64_t row : rows) {
    if (row < 0 || row >= count) {
      throw InputError({"", fmt::format("row {}", row), fmt::format("is listed as bad, but there are only {} rows", count),
                        "List rows of this data set, numbered from 0"});
    }
    marked[static_cast<size_t>(row)] = true;
  }
  return marked;
}

Pools make_pools(const std::vector<bool>& left_out, std::span<const int32_t> labels) {
  std::map<int32_t, std::vector<int64_t>> by_label;
  if (labels.empty()) by_label[0].reserve(left_out.size());
  for (size_t row = 0; row < left_out.size(); ++row) {
    if (!left_out[row]) by_label[labels.empty() ? 0 : std::max(labels[row], kNoLabel)].push_back(static_cast<int64_t>(row));
  }
  std::erase_if(by_label, [](const auto& pool) { return pool.second.empty(); });
  if (by_label.empty()) {
    throw InputError({"", "", fmt::format("none of the {} rows are usable", left_out.size()), "Give at least one readable row"});
  }
  Pools pools;
  if (by_label.begin()->first < 0) {  // the unlabelled go last
    const int32_t last = std::max(0, by_label.rbegin()->first + 1);
    by_label[last] = std::move(by_label.begin()->second);
    by_label.erase(by_label.begin());
  }
  for (auto& [label, rows] : by_label) {
    pools.numbers.push_back(label);
    pools.rows.push_back(std::move(rows));
  }
  return pools;
}

Placed::Placed(int64_t count)
    : bins(static_cast<size_t>(count), kNoBin),
      pools(static_cast<size_t>(count), kNoBin),
      gains(static_cast<size_t>(count), std::numeric_limits<float>::quiet_NaN()) {}

void Placed::put(int64_t row, int32_t bin, int32_t pool, float gain) {
  const auto at = static_cast<size_t>(row);
  bins[at] = bin;
  pools[at] = pool;
  gains[at] = gain;
}

void Placed::move_to(Selection& selection) && {
  selection.bins = std::move(bins);
  selection.pools = std::move(pools);
  selection.gains = std::move(gains);
}

}  // namespace decant
