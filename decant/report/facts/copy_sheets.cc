#include "decant/report/facts/copy_sheets.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace decant::report {
namespace {

using Part = ShownCopy::Part;

struct Nearest {
  double similarity = -1;
  Sameness how = Sameness::near;
};

/// Of each test row, the training row nearest to it.
std::map<int64_t, Nearest> nearest_of_test_rows(std::span<const CopyPair> pairs, std::optional<double> threshold) {
  std::map<int64_t, Nearest> nearest;
  for (const CopyPair& pair : pairs) {
    if (pair.one.in_test == pair.other.in_test) continue;
    if (pair.how == Sameness::near && (!threshold || pair.similarity < *threshold)) continue;
    Nearest& row = nearest[(pair.one.in_test ? pair.one : pair.other).row];
    if (pair.similarity > row.similarity) row = {pair.similarity, pair.how};
  }
  return nearest;
}

class Sheets {
 public:
  Sheets(const Copies& copies, std::span<const CopyPair> pairs, std::optional<double> threshold)
      : nearest_(nearest_of_test_rows(pairs, threshold)) {
    for (const DroppedRow& row : copies.dropped) dropped_[row.dropped.row] = &row;
  }

  ShownCluster show(const CopyCluster& cluster) const {
    ShownCluster shown;
    for (const Copy& copy : cluster.rows) shown.rows.push_back(show(copy));
    std::map<Row, int64_t> sizes;
    for (const ShownCopy& row : shown.rows) ++sizes[repeated_by(row)];
    const auto order = [&](const ShownCopy& row) {
      const Row repeated = repeated_by(row);
      const bool copy = repeated != Row(row.copy.in_test, row.copy.row);
      const bool leaks = repeated.first && sizes.at(repeated) > 1;
      return std::tuple(!leaks, -sizes.at(repeated), repeated, copy, -row.similarity.value_or(0));
    };
    std::ranges::stable_sort(shown.rows, {}, order);
    for (const ShownCopy& row : shown.rows) shown.closest = std::max(shown.closest, row.similarity.value_or(0));
    mark_labels(shown.rows);
    return shown;
  }

 private:
  using Row = std::pair<bool, int64_t>;  ///< of the test split, and its number

  /// The row that it repeats; itself where it repeats none.
  Row repeated_by(const ShownCopy& row) const {
    if (row.part != Part::dropped && row.part != Part::leaks) return {row.copy.in_test, row.copy.row};
    const Copy& repeats = dropped_.at(row.copy.row)->repeats;
    return {repeats.in_test, repeats.row};
  }

  /// Labels other than that of the row that is repeated, which stands before.
  void mark_labels(std::vector<ShownCopy>& rows) const {
    std::map<Row, int32_t> labels;
    for (const ShownCopy& row : rows) labels[{row.copy.in_test, row.copy.row}] = row.copy.label;
    for (ShownCopy& row : rows) {
      const Row repeated = repeated_by(row);
      const bool alone = repeated == Row(row.copy.in_test, row.copy.row);
      const int32_t other = alone ? rows.front().copy.label : labels.at(repeated);
      row.other_label = row.copy.label != other && row.copy.label != kNoLabel && other != kNoLabel;
    }
  }

  ShownCopy show(const Copy& copy) const {
    if (copy.in_test) {
      const auto found = nearest_.find(copy.row);
      if (found == nearest_.end()) return {copy, Part::test, std::nullopt};
      return {copy, Part::test, found->second.similarity, found->second.how};
    }
    const auto found = dropped_.find(copy.row);
    if (found == dropped_.end()) return {copy, Part::stays, std::nullopt};
    const DroppedRow& row = *found->second;
    return {copy, row.repeats.in_test ? Part::leaks : Part::dropped, row.similarity, row.how};
  }

  std::map<int64_t, const DroppedRow*> dropped_;
  std::map<int64_t, Nearest> nearest_;
};

bool leaks(const ShownCluster& cluster) {
  return std::ranges::any_of(cluster.rows, [](const ShownCopy& row) { return row.copy.in_test; });
}

void keep_first(std::vector<ShownCluster>& clusters, size_t most) {
  const auto order = [](const ShownCluster& cluster) {
    return std::tuple(-static_cast<int64_t>(cluster.rows.size()), -cluster.closest, cluster.rows.front().copy.row);
  };
  std::ranges::stable_sort(clusters, {}, order);
  clusters.resize(std::min(clusters.size(), most));
  for (ShownCluster& cluster : clusters) {
    cluster.more = cluster.rows.size() - std::min(cluster.rows.size(), kMostCopies);
    cluster.rows.resize(cluster.rows.size() - cluster.more);
  }
}

}  // namespace

CopySheets copy_sheets(const Copies& copies, std::span<const CopyPair> pairs, std::optional<double> threshold) {
  const Sheets sheets(copies, pairs, threshold);
  CopySheets all;
  for (const CopyCluster& cluster : copies.clusters) {
    ShownCluster shown = sheets.show(cluster);
    (leaks(shown) ? all.leaks : all.others).push_back(std::move(shown));
  }
  all.all_leaks = all.leaks.size();
  all.all_others = all.others.size();
  const size_t room = kMostClusters - std::min(kMostClusters, all.all_others);
  keep_first(all.leaks, std::max(kMostLeaks, room));
  keep_first(all.others, kMostClusters - all.leaks.size());
  return all;
}

}  // namespace decant::report
