#include "decant/select/methods/d2.h"

#include <algorithm>
#include <cmath>
#include <queue>
#include <vector>

#include "decant/base/errors.h"
#include "decant/select/geometry/neighbours.h"

namespace decant {
namespace {

struct Edge {
  int32_t to = 0;
  double length = 0;  ///< in units of h
};

/// Who is a neighbour of whom, either way, each once.
class NeighbourGraph {
 public:
  NeighbourGraph(const Neighbours& lists, int64_t rows) : begins_(static_cast<size_t>(rows) + 1, 0) {
    const double unit = median_length(lists);
    for (int64_t i = 0; i < rows; ++i) {
      begins_[static_cast<size_t>(i) + 1] += lists.each;
      for (const int32_t j : lists.of(i)) ++begins_[static_cast<size_t>(j) + 1];
    }
    for (size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
    edges_.resize(static_cast<size_t>(begins_.back()));
    ends_.assign(begins_.begin(), begins_.end() - 1);
    for (int64_t i = 0; i < rows; ++i) {
      for (size_t n = 0; n < static_cast<size_t>(lists.each); ++n) {
        const int32_t j = lists.of(i)[n];
        const double length = lists.distances_of(i)[n] / unit;
        append(static_cast<size_t>(i), {j, length});
        append(static_cast<size_t>(j), {static_cast<int32_t>(i), length});
      }
    }
    for (size_t i = 0; i < ends_.size(); ++i) drop_second_mentions(i);
  }

  std::span<const Edge> of(size_t row) const { return {edges_.data() + begins_[row], edges_.data() + ends_[row]}; }

 private:
  /// 1 where all distances are 0, or there are none.
  static double median_length(const Neighbours& lists) {
    std::vector<double> lengths;
    std::ranges::copy_if(lists.distances, std::back_inserter(lengths), [](double length) { return length > 0; });
    if (lengths.empty()) return 1;
    const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>((lengths.size() - 1) / 2);
    std::ranges::nth_element(lengths, middle);
    return *middle;
  }

  void append(size_t row, Edge edge) { edges_[static_cast<size_t>(ends_[row]++)] = edge; }

  void drop_second_mentions(size_t row) {
    const auto begin = edges_.begin() + begins_[row];
    const auto end = edges_.begin() + ends_[row];
    std::sort(begin, end, [](const Edge& a, const Edge& b) { return a.to < b.to; });
    ends_[row] = std::unique(begin, end, [](const Edge& a, const Edge& b) { return a.to == b.to; }) - edges_.begin();
  }

  std::vector<int64_t> begins_;
  std::vector<int64_t> ends_;
  std::vector<Edge> edges_;
};

std::vector<double> difficulties_of(std::span<const double> difficulty, const PoolTask& pool) {
  std::vector<double> values;
  for (const int64_t row : pool.rows) {
    const double value = difficulty[static_cast<size_t>(row)];
    if (!(value >= 0) || !std::isfinite(value))
      throw InputError(
          {"", fmt::format("row {}", row), fmt::format("its difficulty is {}", value), "D2 needs finite difficulties of at least 0"});
    values.push_back(value);
  }
  return values;
}

std::vector<double> after_forward_pass(const NeighbourGraph& graph, std::span<const double> difficulty) {
  std::vector<double> values(difficulty.begin(), difficulty.end());
  for (size_t i = 0; i < values.size(); ++i) {
    for (const Edge& edge : graph.of(i)) values[i] += std::exp(-edge.length) * difficulty[static_cast<size_t>(edge.to)];
  }
  return values;
}

/// Values only fall, so an entry of the heap is its row's value or above it: an entry that is above
/// goes back.
class FallingHeap {
 public:
  explicit FallingHeap(std::vector<double> values) : values_(std::move(values)), picked_(values_.size(), false) {
    std::vector<Entry> entries;
    for (size_t i = 0; i < values_.size(); ++i) entries.push_back({values_[i], i});
    heap_ = Heap(Below(), std::move(entries));
  }
  double value(size_t row) const { return values_[row]; }
  bool picked(size_t row) const { return picked_[row]; }
  void lower(size_t row, double by) { values_[row] -= by; }
  size_t pick() {
    for (;;) {
      const Entry top = heap_.top();
      heap_.pop();
      if (top.value == values_[top.row]) {
        picked_[top.row] = true;
        return top.row;
      }
      heap_.push({values_[top.row], top.row});
    }
  }

 private:
  struct Entry {
    double value;
    size_t row;
  };
  struct Below {
    bool operator()(const Entry& a, const Entry& b) const { return a.value != b.value ? a.value < b.value : a.row > b.row; }
  };
  using Heap = std::priority_queue<Entry, std::vector<Entry>, Below>;

  std::vector<double> values_;
  std::vector<bool> picked_;
  Heap heap_;
};

}  // namespace

Ranking d2(const Features& features, std::span<const double> difficulty, const PoolTask& pool, const D2Options& options,
           const Context& context) {
  DECANT_CHECK(static_cast<int64_t>(difficulty.size()), ==, features.count());
  if (options.neighbours < 0 || !(options.gamma >= 0))
    throw InputError(
        {"", "", fmt::format("D2 with {} neighbours and gamma {}", options.neighbours, options.gamma), "Both must be at least 0"});
  const auto values = difficulties_of(difficulty, pool);
  const auto rows = static_cast<int64_t>(pool.rows.size());
  const NeighbourGraph graph(nearest_neighbours(features, pool.rows, options.neighbours, context), rows);
  FallingHeap left(after_forward_pass(graph, values));
  Stage stage(context, "picks", pool.count, "picks");
  Ranking ranking;
  for (int64_t picks = 0; picks < pool.count; ++picks) {
    const size_t pick = left.pick();
    const double value = left.value(pick);
    ranking.order.push_back(pool.rows[pick]);
    ranking.gains.push_back(static_cast<float>(value));
    for (const Edge& edge : graph.of(pick)) {
      const auto to = static_cast<size_t>(edge.to);
      if (value > 0 && !left.picked(to)) left.lower(to, std::exp(-options.gamma * edge.length) * value);
    }
    stage.advance();
  }
  return ranking;
}

}  // namespace decant
