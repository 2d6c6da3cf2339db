#include "decant/select/methods/zcore.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/matrix.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"

namespace decant {
namespace {

constexpr int64_t kRoundsARow = 20;
constexpr int64_t kRoundsAColumn = 16;
constexpr int64_t kScoreOne = int64_t{1} << 32;
constexpr int64_t kWeightOne = int64_t{1} << 30;  // a weight times kScoreOne fits 63 bits
constexpr int64_t kTurnedRows = 64;
constexpr int64_t kDrawnRounds = 4096;

struct Triangle {
  double low = 0, mode = 0, high = 0;

  double draw(double uniform) const {
    const double width = high - low;
    if (uniform * width < mode - low) return low + std::sqrt(uniform * width * (mode - low));
    return high - std::sqrt((1 - uniform) * width * (high - mode));
  }
};

/// The columns of a pool that hold more than one value, each as a line of its own.
Matrix<float> turn_varying_columns(const Features& features, std::span<const int64_t> rows, const Context& context) {
  std::vector<float> scratch;
  const auto first = features.row(rows[0], scratch);
  std::vector<float> low(first.begin(), first.end());
  std::vector<float> high = low;
  for (const int64_t row : rows) {
    const auto x = features.row(row, scratch);
    for (size_t k = 0; k < x.size(); ++k) {
      low[k] = std::min(low[k], x[k]);
      high[k] = std::max(high[k], x[k]);
    }
  }
  std::vector<size_t> varying;
  for (size_t k = 0; k < low.size(); ++k) {
    if (low[k] < high[k]) varying.push_back(k);
  }
  Matrix<float> turned(static_cast<int64_t>(varying.size()), static_cast<int64_t>(rows.size()));
  parallel_for(context, turned.cols(), kTurnedRows, [&](int64_t begin, int64_t end) {
    std::vector<float> own;
    for (int64_t i = begin; i < end; ++i) {
      const auto x = features.row(rows[static_cast<size_t>(i)], own);
      for (size_t c = 0; c < varying.size(); ++c) turned[static_cast<int64_t>(c)][static_cast<size_t>(i)] = x[varying[c]];
    }
  });
  return turned;
}

std::vector<Triangle> triangles_of(const Matrix<float>& columns, const Context& context) {
  std::vector<Triangle> triangles(static_cast<size_t>(columns.rows()));
  parallel_for(context, columns.rows(), 1, [&](int64_t column, int64_t) {
    std::vector<float> values(columns[column].begin(), columns[column].end());
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    const auto upper = static_cast<double>(*middle);
    const auto largest_below = static_cast<double>(*std::max_element(values.begin(), middle));  // two rows at least
    const double median = values.size() % 2 == 1 ? upper : 0.5 * (upper + largest_below);
    const auto [low, high] = std::ranges::minmax(values);
    triangles[static_cast<size_t>(column)] = {static_cast<double>(low), median, static_cast<double>(high)};
  });
  return triangles;
}

struct PlaneRow {
  double distance = 0;
  int32_t place = 0;
  bool operator<(const PlaneRow& other) const { return distance != other.distance ? distance < other.distance : place < other.place; }
};

/// The `count` nearest of the rows that were offered, in no order. Twice as many are gathered
/// before the farther half is dropped.
class NearestInPlane {
 public:
  NearestInPlane(size_t count, std::vector<PlaneRow>& found) : count_(count), found_(found) { found_.clear(); }
  /// No row farther than this can come in any more.
  double bar() const { return bar_; }
  void offer(const PlaneRow& row) {
    if (row.distance > bar_) return;
    found_.push_back(row);
    if (found_.size() == 2 * count_) settle();
  }
  void settle() {
    if (found_.size() <= count_) return;
    const auto last = found_.begin() + static_cast<std::ptrdiff_t>(count_ - 1);
    std::nth_element(found_.begin(), last, found_.end());
    bar_ = last->distance;
    found_.resize(count_);
  }

 private:
  size_t count_;
  std::vector<PlaneRow>& found_;
  double bar_ = std::numeric_limits<double>::infinity();
};

/// The rows of a pool in the order of one column, which is the first of all planes that they are
/// looked up in.
class ColumnOrder {
 public:
  explicit ColumnOrder(std::span<const float> column) : places_(column.size()), values_(column.size()) {
    std::vector<std::pair<float, int32_t>> sorted(column.size());
    for (size_t i = 0; i < column.size(); ++i) sorted[i] = {column[i], static_cast<int32_t>(i)};
    std::ranges::sort(sorted);
    for (size_t i = 0; i < column.size(); ++i) std::tie(values_[i], places_[i]) = sorted[i];
  }

  /// The `count` rows other than `without` that are nearest to (x, y), in no order; all of them
  /// where there are no more. `other`: the plane's second column, empty for none. Goes from x
  /// outwards, until x alone is too far.
  void nearest(double x, double y, std::span<const float> other, size_t count, int32_t without, std::vector<PlaneRow>& found) const {
    NearestInPlane nearest(count, found);
    const auto look_at = [&](size_t i) {
      const int32_t place = places_[i];
      const double across = other.empty() ? 0 : std::abs(static_cast<double>(other[static_cast<size_t>(place)]) - y);
      if (place != without) nearest.offer({std::abs(along(i, x)) + across, place});
    };
    const size_t rows = values_.size();
    auto right = static_cast<size_t>(std::ranges::lower_bound(values_, x, {}, [](float value) { return static_cast<double>(value); }) -
                                     values_.begin());
    for (size_t left = right; left > 0 || right < rows;) {
      const double to_left = left > 0 ? -along(left - 1, x) : std::numeric_limits<double>::infinity();
      const double to_right = right < rows ? along(right, x) : std::numeric_limits<double>::infinity();
      if (std::min(to_left, to_right) > nearest.bar()) break;
      if (to_right <= to_left) {
        for (const size_t end = std::min(rows, right + kOutwards); right < end; ++right) look_at(right);
      } else {
        for (const size_t end = left - std::min(left, kOutwards); left > end; --left) look_at(left - 1);
      }
    }
    nearest.settle();
  }

 private:
  static constexpr size_t kOutwards = 16;
  double along(size_t i, double x) const { return static_cast<double>(values_[i]) - x; }

  std::vector<int32_t> places_;
  std::vector<float> values_;
};

/// Everything that the rounds of a pool share. Threads add to the scores as they come: sums of
/// whole numbers have no order.
class Rounds {
 public:
  Rounds(Matrix<float> columns, const PoolTask& pool, const ZcoreOptions& options, const Context& context)
      : columns_(std::move(columns)),
        triangles_(triangles_of(columns_, context)),
        stream_(fmt::format("zcore {}", pool.number)),
        options_(options),
        context_(context),
        scores_(pool.rows.size()) {}

  std::vector<double> scores() {
    const int64_t rounds =
        options_.rounds > 0 ? options_.rounds : std::max(kRoundsARow * columns_.cols(), kRoundsAColumn * columns_.rows());
    const auto [numbers, begins] = by_first_column(rounds);
    Stage stage(context_, "rounds", rounds, "rounds");
    parallel_for(context_, columns_.rows(), 1, [&](int64_t column, int64_t) {
      const auto begin = begins[static_cast<size_t>(column)];
      const auto end = begins[static_cast<size_t>(column) + 1];
      play_all(column, std::span(numbers).subspan(begin, end - begin));
      stage.advance(static_cast<int64_t>(end - begin));
    });
    std::vector<double> result;
    for (const auto& score : scores_) result.push_back(static_cast<double>(score.load()) / static_cast<double>(kScoreOne));
    return result;
  }

 private:
  struct Scratch {
    std::vector<PlaneRow> found;
    std::vector<int64_t> weights;
  };

  size_t first_column(Random& random) const { return random.below(static_cast<uint64_t>(columns_.rows())); }

  /// The numbers of the rounds, column by column, and where each column's begin.
  std::pair<std::vector<int64_t>, std::vector<size_t>> by_first_column(int64_t rounds) const {
    std::vector<int32_t> columns(static_cast<size_t>(rounds));
    parallel_for(context_, rounds, kDrawnRounds, [&](int64_t begin, int64_t end) {
      for (int64_t round = begin; round < end; ++round) {
        Random random(options_.seed, stream_, static_cast<uint64_t>(round));
        columns[static_cast<size_t>(round)] = static_cast<int32_t>(first_column(random));
      }
    });
    std::vector<size_t> begins(static_cast<size_t>(columns_.rows()) + 1, 0);
    for (const int32_t column : columns) ++begins[static_cast<size_t>(column) + 1];
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    std::vector<int64_t> numbers(columns.size());
    std::vector<size_t> ends(begins.begin(), begins.end() - 1);
    for (size_t round = 0; round < columns.size(); ++round)
      numbers[ends[static_cast<size_t>(columns[round])]++] = static_cast<int64_t>(round);
    return {std::move(numbers), std::move(begins)};
  }

  void play_all(int64_t column, std::span<const int64_t> numbers) {
    if (numbers.empty()) return;
    const ColumnOrder order(columns_[column]);
    Scratch scratch;
    for (const int64_t number : numbers) {
      context_.check_cancelled();
      play(order, number, scratch);
    }
  }

  void play(const ColumnOrder& order, int64_t number, Scratch& scratch) {
    Random random(options_.seed, stream_, static_cast<uint64_t>(number));
    const size_t a = first_column(random);
    size_t b = a;
    if (columns_.rows() > 1) {
      b = random.below(static_cast<uint64_t>(columns_.rows() - 1));
      b += b >= a;
    }
    const double x = triangles_[a].draw(random.uniform());
    const double y = triangles_[b].draw(random.uniform());
    const std::span<const float> other = a == b ? std::span<const float>() : std::as_const(columns_)[static_cast<int64_t>(b)];
    order.nearest(x, y, other, 1, -1, scratch.found);
    const int32_t winner = scratch.found.front().place;
    add(winner, kScoreOne);
    const auto at = [&](size_t column) {
      return static_cast<double>(std::as_const(columns_)[static_cast<int64_t>(column)][static_cast<size_t>(winner)]);
    };
    order.nearest(at(a), at(b), other, static_cast<size_t>(options_.neighbours), winner, scratch.found);
    penalise(scratch.found, scratch.weights);
  }

  /// Weights are rounded to whole multiples of 2⁻³⁰ of the nearest row's; what division leaves is
  /// the nearest row's too.
  void penalise(std::span<const PlaneRow> found, std::vector<int64_t>& weights) {
    const PlaneRow nearest = *std::min_element(found.begin(), found.end());
    weights.clear();
    int64_t sum = 0;
    for (const PlaneRow& row : found) sum += weights.emplace_back(weight_of(row.distance, nearest.distance));
    int64_t left = kScoreOne;
    for (size_t i = 0; i < found.size(); ++i) {
      const int64_t loss = weights[i] * kScoreOne / sum;
      if (loss > 0) add(found[i].place, -loss);
      left -= loss;
    }
    add(nearest.place, -left);
  }

  static int64_t weight_of(double distance, double nearest) {
    if (nearest == 0) return distance == 0 ? kWeightOne : 0;
    const double closeness = nearest / distance;
    return static_cast<int64_t>(static_cast<double>(kWeightOne) * (closeness * closeness) * (closeness * closeness) + 0.5);
  }

  void add(int32_t place, int64_t amount) { scores_[static_cast<size_t>(place)].fetch_add(amount, std::memory_order_relaxed); }

  Matrix<float> columns_;
  std::vector<Triangle> triangles_;
  std::string stream_;
  ZcoreOptions options_;
  const Context& context_;
  std::vector<std::atomic<int64_t>> scores_;
};

}  // namespace

std::vector<double> zcore_scores(const Features& features, const PoolTask& pool, const ZcoreOptions& options, const Context& context) {
  if (options.rounds < 0 || options.rounds >> 31 != 0 || options.neighbours < 1) {
    throw InputError({"", "", fmt::format("ZCore with {} rounds and {} neighbours", options.rounds, options.neighbours),
                      "Give 1 to 2,147,483,647 rounds (0 for the usual number) and at least one neighbour"});
  }
  auto columns = turn_varying_columns(features, pool.rows, context);  // none when there is one row
  if (columns.rows() == 0) return std::vector<double>(pool.rows.size(), 0.0);
  return Rounds(std::move(columns), pool, options, context).scores();
}

Ranking zcore(const Features& features, const PoolTask& pool, const ZcoreOptions& options, const Context& context) {
  const auto scores = zcore_scores(features, pool, options, context);
  auto order = Random(options.seed, "zcore ties", static_cast<uint32_t>(pool.number)).permutation(static_cast<int64_t>(scores.size()));
  std::ranges::stable_sort(order, std::greater(), [&](int64_t place) { return scores[static_cast<size_t>(place)]; });
  Ranking ranking;
  for (const int64_t place : order) {
    ranking.order.push_back(pool.rows[static_cast<size_t>(place)]);
    ranking.gains.push_back(static_cast<float>(scores[static_cast<size_t>(place)]));
  }
  return ranking;
}

}  // namespace decant
