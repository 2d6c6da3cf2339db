#include "decant/dedup/approximate_pairs.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/dedup/pair_limit.h"
#include "decant/dedup/sketch.h"
#include "decant/kernels/dot.h"
#include "decant/kernels/gemm.h"

namespace decant {
namespace {

constexpr int64_t kRowsAtOnce = 512;
constexpr int64_t kMadePairs = 1024;

/// `row` scaled to length 1, for which `square` is ⟨row, row⟩ > 0.
void write_unit(std::span<const float> row, double square, std::span<float> out) {
  const double scale = 1 / std::sqrt(square);
  std::ranges::transform(row, out.begin(), [&](float value) { return static_cast<float>(value * scale); });
}

/// The nearest pivots of rows, the nearest first.
class Cells {
 public:
  Cells(const Features& features, std::span<const int64_t> rows, int64_t pivots, uint64_t seed) : features_(features), rows_(rows) {
    Random random(seed, "pivots");
    std::vector<int64_t> places(rows_.size());
    std::iota(places.begin(), places.end(), int64_t{0});
    pivots_ = Matrix<float>(pivots, features.width());
    for (int64_t i = 0; i < pivots; ++i) {
      const auto at = static_cast<size_t>(i) + random.below(places.size() - static_cast<size_t>(i));
      std::swap(places[static_cast<size_t>(i)], places[at]);
      fill(places[static_cast<size_t>(i)], pivots_[i]);
    }
  }

  int64_t count() const { return std::ssize(rows_); }
  int64_t pivots() const { return pivots_.rows(); }
  int each() const { return static_cast<int>(std::min<int64_t>(kMostCells, pivots())); }
  int64_t row(int64_t place) const { return rows_[static_cast<size_t>(place)]; }
  std::span<const int32_t> of(int64_t place) const { return {nearest_.data() + place * each(), static_cast<size_t>(each())}; }

  void find(const Context& context) {
    nearest_.resize(static_cast<size_t>(count()) * static_cast<size_t>(each()));
    Stage stage(context, "cells", count(), "rows");
    parallel_for(context, count(), kRowsAtOnce, [&](int64_t begin, int64_t end) {
      Matrix<float> unit(end - begin, features_.width());
      for (int64_t place = begin; place < end; ++place) fill(place, unit[place - begin]);
      write_nearest(unit.view(), nearest_.data() + begin * each());
      stage.advance(end - begin);
    });
  }

  /// By number of cells, less one: the share of made-up pairs that share one.
  std::vector<double> recalls(double threshold, uint64_t seed) const {
    Random random(seed, "made-up pairs");
    Matrix<float> copies(kMadePairs, features_.width());
    std::vector<int64_t> places;
    for (int64_t i = 0; i < kMadePairs; ++i) {
      places.push_back(static_cast<int64_t>(random.below(static_cast<uint64_t>(count()))));
      turn(places.back(), static_cast<int64_t>(random.below(static_cast<uint64_t>(count()))), threshold, copies[i]);
    }
    std::vector<int32_t> nearest(static_cast<size_t>(kMadePairs) * static_cast<size_t>(each()));
    write_nearest(copies.view(), nearest.data());
    std::vector<double> shares;
    for (int cells = 1; cells <= each(); ++cells) {
      int64_t shared = 0;
      for (int64_t i = 0; i < kMadePairs; ++i) {
        const std::span<const int32_t> copy(nearest.data() + i * each(), static_cast<size_t>(cells));
        shared += first_shared(of(places[static_cast<size_t>(i)]).first(static_cast<size_t>(cells)), copy) >= 0 ? 1 : 0;
      }
      shares.push_back(static_cast<double>(shared) / static_cast<double>(kMadePairs));
    }
    return shares;
  }

  /// The lowest of the cells that are in both; −1 = none.
  static int32_t first_shared(std::span<const int32_t> one, std::span<const int32_t> other) {
    int32_t lowest = -1;
    for (const int32_t cell : one) {
      if ((lowest < 0 || cell < lowest) && std::ranges::find(other, cell) != other.end()) lowest = cell;
    }
    return lowest;
  }

 private:
  void fill(int64_t place, std::span<float> out) const {
    std::vector<float> scratch;
    const auto values = features_.row(row(place), scratch);
    write_unit(values, dot(values, values), out);
  }

  /// A copy of one row, turned towards another.
  void turn(int64_t place, int64_t towards, double threshold, std::span<float> out) const {
    std::vector<float> other(out.size());
    fill(place, out);
    fill(towards, other);
    const auto along = static_cast<float>(dot(std::span<const float>(out), std::span<const float>(other)));
    for (size_t k = 0; k < out.size(); ++k) other[k] -= along * out[k];
    const double rest = dot(std::span<const float>(other), std::span<const float>(other));
    const auto turned = static_cast<float>(rest > 1e-12 ? std::sqrt((1 - threshold * threshold) / rest) : 0);
    for (size_t k = 0; k < out.size(); ++k) out[k] = static_cast<float>(threshold) * out[k] + turned * other[k];
  }

  void write_nearest(MatrixView<const float> unit, int32_t* out) const {
    Matrix<float> products(unit.rows, pivots());
    multiply_transposed(unit, pivots_.view(), products.view());
    std::vector<int32_t> order(static_cast<size_t>(pivots()));
    for (int64_t i = 0; i < unit.rows; ++i, out += each()) {
      const std::span<const float> near = products[i];
      const auto nearer = [&](int32_t a, int32_t b) {
        const float x = near[static_cast<size_t>(a)];
        const float y = near[static_cast<size_t>(b)];
        return x > y || (x == y && a < b);
      };
      std::iota(order.begin(), order.end(), 0);
      std::ranges::partial_sort(order, order.begin() + each(), nearer);
      std::copy_n(order.begin(), each(), out);
    }
  }

  const Features& features_;
  std::span<const int64_t> rows_;
  Matrix<float> pivots_;
  std::vector<int32_t> nearest_;
};

/// The places of every cell, ascending, end to end.
struct Members {
  std::vector<int64_t> begins;
  std::vector<int32_t> places;

  Members(const Cells& cells, int each) : begins(static_cast<size_t>(cells.pivots()) + 1) {
    const auto some = [&](int64_t place) { return cells.of(place).first(static_cast<size_t>(each)); };
    for (int64_t place = 0; place < cells.count(); ++place) {
      for (const int32_t cell : some(place)) ++begins[static_cast<size_t>(cell) + 1];
    }
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    places.resize(static_cast<size_t>(begins.back()));
    std::vector<int64_t> next = begins;
    for (int64_t place = 0; place < cells.count(); ++place) {
      for (const int32_t cell : some(place)) places[static_cast<size_t>(next[static_cast<size_t>(cell)]++)] = static_cast<int32_t>(place);
    }
  }

  std::span<const int32_t> of(int64_t cell) const {
    const auto begin = static_cast<size_t>(begins[static_cast<size_t>(cell)]);
    return std::span(places).subspan(begin, static_cast<size_t>(begins[static_cast<size_t>(cell) + 1]) - begin);
  }
};

/// The pairs of a cell, but for those that a lower one has.
std::vector<NearPair> pairs_of_cell(const Features& features, const Sketch& sketch, const Cells& cells, int each, int32_t cell,
                                    std::span<const int32_t> members, double threshold, int64_t most, const Context& context) {
  std::vector<int64_t> rows;
  for (const int32_t place : members) rows.push_back(cells.row(place));
  const Context alone{.threads = 1, .cancel = context.cancel};
  std::vector<NearPair> pairs = near_pairs(features, rows, Sketch(sketch, members, rows), threshold, alone, most);
  const auto cells_of = [&](int64_t row) {
    const auto place = members[static_cast<size_t>(std::ranges::lower_bound(rows, row) - rows.begin())];
    return cells.of(place).first(static_cast<size_t>(each));
  };
  std::erase_if(pairs, [&](const NearPair& pair) { return Cells::first_shared(cells_of(pair.row), cells_of(pair.other)) != cell; });
  return pairs;
}

/// Of pairs at the threshold, and at every hundredth above it.
std::vector<StatedRecall> recalls_from(const Cells& cells, int each, double threshold, uint64_t seed) {
  std::vector<double> similarities = {threshold};
  for (int hundredths = static_cast<int>(std::floor(100 * threshold)); hundredths < 100; ++hundredths) {
    if (hundredths / 100.0 > threshold) similarities.push_back(hundredths / 100.0);
  }
  std::vector<StatedRecall> stated;
  for (const double similarity : similarities)
    stated.push_back({similarity, cells.recalls(similarity, seed)[static_cast<size_t>(each) - 1]});
  return stated;
}

std::vector<int64_t> with_direction(const Features& features, std::span<const int64_t> rows) {
  std::vector<int64_t> kept;
  std::vector<float> scratch;
  for (const int64_t row : rows) {
    const auto values = features.row(row, scratch);
    if (dot(values, values) > 0) kept.push_back(row);
  }
  return kept;
}

}  // namespace

double recall_at(std::span<const StatedRecall> recalls, double similarity) {
  if (recalls.empty()) return 1;
  const auto above = std::ranges::upper_bound(recalls, similarity, {}, &StatedRecall::similarity);
  return (above == recalls.begin() ? above : above - 1)->recall;
}

ApproximatePairs approximate_pairs(const Features& features, std::span<const int64_t> rows, double threshold, uint64_t seed,
                                   const Context& context, int64_t rows_per_cell, int64_t most) {
  constexpr int64_t kFewestCells = 20;
  const std::vector<int64_t> directed = with_direction(features, rows);
  const int64_t pivots = std::ssize(directed) / rows_per_cell;
  if (pivots < kFewestCells) return {.pairs = near_pairs(features, rows, threshold, context, most), .cells = 0, .recalls = {}};
  const Sketch sketch(features, directed, threshold, context);
  Cells cells(features, directed, pivots, seed);
  cells.find(context);
  const std::vector<double> recalls = cells.recalls(threshold, seed);
  const auto enough = std::ranges::find_if(recalls, [](double share) { return share >= kRecall; });
  const auto each = static_cast<int>(std::min<std::ptrdiff_t>(enough - recalls.begin(), cells.each() - 1) + 1);
  ApproximatePairs found{.pairs = {}, .cells = each, .recalls = recalls_from(cells, each, threshold, seed)};
  const Members members(cells, each);
  std::vector<std::vector<NearPair>> parts(static_cast<size_t>(pivots));
  PairLimit limit(most, threshold, kTooManyRemedy);
  Stage stage(context, "near pairs", std::ssize(members.places), "rows");
  parallel_for(context, pivots, 1, [&](int64_t cell, int64_t) {
    auto& part = parts[static_cast<size_t>(cell)];
    part = pairs_of_cell(features, sketch, cells, each, static_cast<int32_t>(cell), members.of(cell), threshold, most, context);
    for (size_t i = 0; i < part.size(); ++i) limit.add();
    stage.advance(std::ssize(members.of(cell)));
  });
  for (std::vector<NearPair>& part : parts) {
    found.pairs.insert(found.pairs.end(), part.begin(), part.end());
    std::vector<NearPair>().swap(part);
  }
  std::ranges::sort(found.pairs, {}, [](const NearPair& pair) { return std::tie(pair.row, pair.other); });
  return found;
}

}  // namespace decant
