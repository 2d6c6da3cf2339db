#include "decant/select/geometry/kmeans_pools.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/matrix.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/kernels/dot.h"
#include "decant/kernels/gemm.h"
#include "decant/kernels/query_move.h"

namespace decant {
namespace {

constexpr int64_t kSeedRows = 8192;
constexpr int64_t kSeedRowsACentre = 10;
constexpr size_t kSeedTrials = 4;
constexpr int64_t kBatchRows = 4096;
constexpr int64_t kBatchRowsACentre = 16;
constexpr int64_t kBlock = 256;       // rows of one matrix product
constexpr int64_t kTile = 512;        // centres of one: 512 kB of products, which stay in the second cache
constexpr size_t kLanes = 16;         // scores compared at a time
constexpr int64_t kSeedChunk = 1024;  // rows of one partial sum: part of the definition
constexpr int64_t kAlone = 1 << 22;   // values that one thread has looked through before others are awake, where the cores are busy

/// Rows as the objective sees them: a_x = scale·x.
class KMeansRows {
 public:
  KMeansRows(const Features& features, const KMeansOptions& options) : features_(features), options_(options) {}
  int64_t width() const { return features_.width() - options_.first_column; }
  /// x, valid until `scratch` is used again.
  std::span<const float> row(int64_t row, std::vector<float>& scratch) const {
    return features_.row(row, scratch).subspan(static_cast<size_t>(options_.first_column));
  }
  /// r_x; 0 for a zero row that is to have length 1.
  double scale(std::span<const float> x) const {
    if (!options_.unit) return 1;
    const double squared = dot(x, x);
    return squared > 0 ? 1 / std::sqrt(squared) : 0;
  }

 private:
  const Features& features_;
  const KMeansOptions& options_;
};

std::vector<double> scaled(std::span<const float> x, double scale) {
  std::vector<double> a(x.size());
  std::transform(x.begin(), x.end(), a.begin(), [&](float value) { return scale * static_cast<double>(value); });
  return a;
}

double half_square(std::span<const double> c) {
  return dot(c, c) / 2;
}

/// `count` of the rows at random, ascending and distinct (so rather fewer); all of them when there
/// are no more.
std::vector<int64_t> some_rows(std::span<const int64_t> rows, int64_t count, Random random) {
  if (static_cast<int64_t>(rows.size()) <= count) return {rows.begin(), rows.end()};
  std::vector<int64_t> drawn(static_cast<size_t>(count));
  for (int64_t& row : drawn) row = rows[random.below(rows.size())];
  std::sort(drawn.begin(), drawn.end());
  drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
  return drawn;
}

/// The nearest of some centres, and how near the others can be.
struct NearestCentre {
  int32_t centre = -1;
  double score = -INFINITY;   ///< r_x·dot(x, c) − ½‖c‖²: canonical, largest for the nearest
  double second = -INFINITY;  ///< no other of those centres has a larger one
};

/// The nearer of two centres that are not the same; on a tie the smaller number.
bool is_nearer(const NearestCentre& a, const NearestCentre& b) {
  return a.score != b.score ? a.score > b.score : a.centre < b.centre;
}

/// One row's scores as matrix products tell them, tile after tile. Each is wrong by at most
/// `error`, so few centres may be the nearest: these are kept.
class CentreSearch {
 public:
  double scale = 0;
  double error = INFINITY;  ///< infinite: products cannot be relied on

  struct Near {
    float score;
    int64_t place;
  };
  const std::vector<Near>& near() const { return near_; }
  double bar() const { return static_cast<double>(best_) - 2 * error; }
  double second() const { return static_cast<double>(second_); }  ///< largest of those that were not kept

  void look_through(std::span<const float> products, std::span<const float> halves, int64_t first_place) {
    if (!std::isfinite(error)) return;
    const float top = largest(products, halves);
    best_ = std::max(best_, top);
    if (static_cast<double>(top) < bar()) {
      second_ = std::max(second_, top);
      return;
    }
    for (size_t i = 0; i < products.size(); ++i) {
      const float score = products[i] - halves[i];
      if (static_cast<double>(score) < bar())
        second_ = std::max(second_, score);
      else
        near_.push_back({score, first_place + static_cast<int64_t>(i)});
    }
  }

 private:
  static float largest(std::span<const float> products, std::span<const float> halves) {
    std::array<float, kLanes> lanes;
    lanes.fill(-INFINITY);
    size_t i = 0;
    for (; i + kLanes <= products.size(); i += kLanes) {
      for (size_t lane = 0; lane < kLanes; ++lane) {
        const float score = products[i + lane] - halves[i + lane];
        lanes[lane] = score > lanes[lane] ? score : lanes[lane];
      }
    }
    for (; i < products.size(); ++i) lanes[0] = std::max(lanes[0], products[i] - halves[i]);
    return *std::ranges::max_element(lanes);
  }

  float best_ = -INFINITY;
  float second_ = -INFINITY;
  std::vector<Near> near_;
};

/// Some centres, laid out for products.
struct SomeCentres {
  std::vector<int32_t> numbers;  ///< ascending
  Matrix<float> rounded;
  std::vector<float> halves;
};

/// K centres in float64, what is needed to find the nearest, and the rows that joined so far.
class Centres {
 public:
  Centres(const std::vector<std::vector<double>>& centres, int64_t width)
      : values_(static_cast<int64_t>(centres.size()), width), sums_(values_.rows(), width), counts_(centres.size(), 0) {
    for (int64_t c = 0; c < count(); ++c) std::ranges::copy(centres[static_cast<size_t>(c)], values_[c].begin());
    prepare();
  }
  int64_t count() const { return values_.rows(); }

  void forget_rows() {
    std::fill_n(sums_.data(), sums_.rows() * sums_.cols(), 0.0);
    std::ranges::fill(counts_, 0);
  }
  void add(int64_t centre, double scale, std::span<const float> x) {
    add_scaled(sums_[centre], scale, x);
    ++counts_[static_cast<size_t>(centre)];
  }
  /// Centres become the means of what joined them; those without a row stay. Returns which changed.
  std::vector<int32_t> move() {
    std::vector<int32_t> moved;
    for (int64_t c = 0; c < count(); ++c) {
      const auto rows = static_cast<double>(counts_[static_cast<size_t>(c)]);
      bool changed = false;
      for (size_t k = 0; rows > 0 && k < values_[c].size(); ++k) {
        const double mean = sums_[c][k] / rows;
        changed = changed || mean != values_[c][k];
        values_[c][k] = mean;
      }
      if (changed) moved.push_back(static_cast<int32_t>(c));
    }
    prepare();
    return moved;
  }

  SomeCentres some(std::vector<int32_t> numbers) const {
    SomeCentres some{std::move(numbers), {}, {}};
    some.rounded = Matrix<float>(std::ssize(some.numbers), values_.cols());
    for (int64_t i = 0; i < some.rounded.rows(); ++i) {
      const int32_t c = some.numbers[static_cast<size_t>(i)];
      std::ranges::transform(values_[c], some.rounded[i].begin(), [](double value) { return static_cast<float>(value); });
      some.halves.push_back(static_cast<float>(halves_[static_cast<size_t>(c)]));
    }
    return some;
  }
  SomeCentres all() const {
    std::vector<int32_t> numbers(halves_.size());
    std::iota(numbers.begin(), numbers.end(), 0);
    return some(std::move(numbers));
  }

  double score(std::span<const float> x, double scale, int32_t centre) const {
    return scale * dot(x, values_[centre]) - halves_[static_cast<size_t>(centre)];
  }

  /// Of some rows the nearest among some centres.
  void nearest(const KMeansRows& rows, std::span<const int64_t> which, const SomeCentres& among, std::span<NearestCentre> out) const {
    const auto size = static_cast<int64_t>(which.size());
    const int64_t centres = among.rounded.rows();
    Matrix<float> block(size, rows.width());
    std::vector<CentreSearch> searches(which.size());
    std::vector<float> scratch;
    for (int64_t i = 0; i < size; ++i) {
      const auto x = rows.row(which[static_cast<size_t>(i)], scratch);
      CentreSearch& search = searches[static_cast<size_t>(i)];
      search.scale = rows.scale(x);
      search.error = error_of(x, search.scale);
      std::ranges::transform(x, block[i].begin(),
                             [&](float value) { return static_cast<float>(search.scale * static_cast<double>(value)); });
    }
    Matrix<float> products(size, std::min(kTile, centres));
    for (int64_t begin = 0; begin < centres; begin += kTile) {
      const int64_t end = std::min(begin + kTile, centres);
      const MatrixView<float> tile(products.data(), size, end - begin, products.cols());
      multiply_transposed(block.view(), among.rounded.view().slice(begin, end), tile);
      for (int64_t i = 0; i < size; ++i)
        searches[static_cast<size_t>(i)].look_through(tile[i], std::span(among.halves).subspan(static_cast<size_t>(begin)), begin);
    }
    for (int64_t i = 0; i < size; ++i) {
      const auto at = static_cast<size_t>(i);
      out[at] = settled(rows.row(which[at], scratch), searches[at], among);
    }
  }

 private:
  void prepare() {
    halves_.resize(static_cast<size_t>(count()));
    longest_ = 0;
    for (int64_t c = 0; c < count(); ++c) {
      const double half = halves_[static_cast<size_t>(c)] = half_square(values_[c]);
      longest_ = std::max(longest_, std::sqrt(2 * half));
    }
  }

  /// A product of the rounded row with a rounded centre is wrong by at most (d + 2)·2⁻²⁴·‖a‖·‖c‖ to
  /// first order, in whatever order it was summed, and by underflow; ½‖c‖² is rounded, and the
  /// difference of the two. The bound below is generous to all of it.
  double error_of(std::span<const float> x, double scale) const {
    const auto width = static_cast<double>(x.size());
    const double length = scale * std::sqrt(dot(x, x));
    const double scores = longest_ * (longest_ + length);
    if (!(scores < 1e30 && length < 1e30 && longest_ < 1e30)) return INFINITY;
    return (1.1 * (width + 8) * 0x1p-24 * length + 1e-37 * width) * longest_ + 1e-37 * width * (1 + length) + 0x1p-21 * scores;
  }

  /// By canonical scores of those that products did not exclude.
  NearestCentre settled(std::span<const float> x, const CentreSearch& search, const SomeCentres& among) const {
    NearestCentre nearest;
    const auto look_at = [&](int64_t place) {
      const int32_t centre = among.numbers[static_cast<size_t>(place)];
      const NearestCentre other{centre, score(x, search.scale, centre), 0};
      nearest.second = std::max(nearest.second, std::min(nearest.score, other.score));
      if (nearest.centre >= 0 && !is_nearer(other, nearest)) return;
      nearest.centre = other.centre;
      nearest.score = other.score;
    };
    if (!std::isfinite(search.error)) {
      for (int64_t place = 0; place < std::ssize(among.numbers); ++place) look_at(place);
      return nearest;
    }
    double second = search.second();
    for (const CentreSearch::Near& near : search.near()) {
      if (static_cast<double>(near.score) < search.bar())
        second = std::max(second, static_cast<double>(near.score));
      else
        look_at(near.place);
    }
    nearest.second = std::max(nearest.second, second + search.error);
    return nearest;
  }

  Matrix<double> values_;
  Matrix<double> sums_;
  std::vector<int64_t> counts_;
  std::vector<double> halves_;  ///< ½‖c‖²
  double longest_ = 0;
};

/// k-means++ over a copy of some rows.
class Seeding {
 public:
  Seeding(const KMeansRows& rows, std::span<const int64_t> which, const Context& context)
      : context_(context), sample_(static_cast<int64_t>(which.size()), rows.width()), scales_(which.size()), squares_(which.size()) {
    std::vector<float> scratch;
    for (int64_t i = 0; i < sample_.rows(); ++i) {
      const auto x = rows.row(which[static_cast<size_t>(i)], scratch);
      std::ranges::copy(x, sample_[i].begin());
      const double scale = scales_[static_cast<size_t>(i)] = rows.scale(x);
      squares_[static_cast<size_t>(i)] = scale * scale * dot(x, x);
    }
  }

  /// Fewer than `count` when no other row differs from all centres.
  std::vector<std::vector<double>> draw(int64_t count, Random random) {
    std::vector<std::vector<double>> centres;
    centres.push_back(row(random.below(squares_.size())));
    Distances best = distances(centres.back(), {});
    Stage stage(context_, "seeds", count, "centres");
    while (static_cast<int64_t>(centres.size()) < count && best.total > 0) {
      Distances chosen;
      std::vector<double> centre;
      for (size_t trial = 0; trial < kSeedTrials; ++trial) {
        auto candidate = row(at_share(best, random.uniform()));
        auto after = distances(candidate, best.squared);
        if (trial > 0 && after.total >= chosen.total) continue;
        chosen = std::move(after);
        centre = std::move(candidate);
      }
      centres.push_back(std::move(centre));
      best = std::move(chosen);
      stage.advance();
    }
    return centres;
  }

 private:
  struct Distances {
    std::vector<double> squared;
    double total = 0;
  };

  std::vector<double> row(size_t at) const { return scaled(sample_[static_cast<int64_t>(at)], scales_[at]); }

  /// Squared distances to the nearest of the centres so far and this one. What is no more than
  /// rounding is 0: an equal row.
  Distances distances(std::span<const double> centre, std::span<const double> before) const {
    const double square = 2 * half_square(centre);
    Distances result{std::vector<double>(squares_.size())};
    std::vector<double> partial(static_cast<size_t>((sample_.rows() + kSeedChunk - 1) / kSeedChunk), 0.0);
    const int threads = sample_.rows() * sample_.cols() < kAlone ? 1 : context_.thread_count();
    parallel_for({.threads = threads, .cancel = context_.cancel}, sample_.rows(), kSeedChunk, [&](int64_t begin, int64_t end) {
      const auto out = std::span(result.squared).subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
      std::array<const float*, kSeedChunk> lines;
      for (int64_t i = begin; i < end; ++i) lines[static_cast<size_t>(i - begin)] = sample_[i].data();
      dot_rows(std::span(lines).first(out.size()), centre, out);
      for (int64_t i = begin; i < end; ++i) {
        const auto at = static_cast<size_t>(i);
        double& value = result.squared[at];
        value = squares_[at] + square - 2 * scales_[at] * value;
        if (value <= 1e-13 * (squares_[at] + square)) value = 0;
        if (!before.empty()) value = std::min(value, before[at]);
        partial[static_cast<size_t>(begin / kSeedChunk)] += value;
      }
    });
    result.total = std::accumulate(partial.begin(), partial.end(), 0.0);
    return result;
  }

  /// The row at that share of the summed distances; never one at distance 0.
  size_t at_share(const Distances& distances, double share) const {
    double left = share * distances.total;
    size_t last = 0;
    for (size_t i = 0; i < distances.squared.size(); ++i) {
      if (distances.squared[i] == 0) continue;
      last = i;
      left -= distances.squared[i];
      if (left < 0) break;
    }
    return last;
  }

  const Context& context_;
  Matrix<float> sample_;
  std::vector<double> scales_;
  std::vector<double> squares_;  ///< ‖a_x‖²
};

/// The nearest centre of each of some rows, kept up to date as centres move.
class CentreAssignment {
 public:
  CentreAssignment(const KMeansRows& rows, std::span<const int64_t> which, const Context& context)
      : rows_(rows), which_(which), context_(context), nearest_(which.size()) {}

  std::vector<int32_t> centres() const {
    std::vector<int32_t> centres(nearest_.size());
    std::ranges::transform(nearest_, centres.begin(), &NearestCentre::centre);
    return centres;
  }

  void find(const Centres& centres, Stage* stage = nullptr) {
    std::vector<size_t> places(which_.size());
    std::iota(places.begin(), places.end(), size_t{0});
    find_for(places, centres, stage);
  }

  /// The same as find(), after find() or update(), where only `moved` moved since: the others are
  /// as near as they were. Where one of the moved, or the centre that the row was in, is nearer
  /// than any other was, it is the nearest of all; else all are looked at again.
  void update(const Centres& centres, const std::vector<int32_t>& moved, Stage* stage = nullptr) {
    if (moved.empty()) return;
    std::vector<char> has_moved(static_cast<size_t>(centres.count()), 0);
    for (const int32_t centre : moved) has_moved[static_cast<size_t>(centre)] = 1;
    const SomeCentres among = centres.some(moved);
    std::vector<char> open(which_.size(), 0);
    parallel_for(context_, std::ssize(which_), kBlock, [&](int64_t begin, int64_t end) {
      std::array<NearestCentre, kBlock> found;
      const auto from = static_cast<size_t>(begin);
      const auto size = static_cast<size_t>(end - begin);
      centres.nearest(rows_, which_.subspan(from, size), among, std::span(found).first(size));
      std::vector<float> scratch;
      for (size_t i = 0; i < size; ++i) {
        NearestCentre& own = nearest_[from + i];
        if (has_moved[static_cast<size_t>(own.centre)]) own.score = own_score(centres, from + i, scratch);
        open[from + i] = !merge(own, found[i]);
      }
    });
    std::vector<size_t> places;
    for (size_t i = 0; i < open.size(); ++i) {
      if (open[i]) places.push_back(i);
    }
    find_for(places, centres, nullptr);
    if (stage != nullptr) stage->advance(std::ssize(which_));
  }

 private:
  double own_score(const Centres& centres, size_t at, std::vector<float>& scratch) const {
    const auto x = rows_.row(which_[at], scratch);
    return centres.score(x, rows_.scale(x), nearest_[at].centre);
  }

  /// `moved`: the nearest of those that moved, perhaps the row's own. Whether the nearest of all is
  /// known then.
  static bool merge(NearestCentre& own, const NearestCentre& moved) {
    const double others = own.second;  // of all that neither moved nor are its own
    if (moved.centre == own.centre) {
      own.second = std::max(others, moved.second);
    } else if (is_nearer(own, moved)) {
      own.second = std::max(others, moved.score);
    } else {
      own = {moved.centre, moved.score, std::max({others, own.score, moved.second})};
    }
    return own.score > others;
  }

  void find_for(std::span<const size_t> places, const Centres& centres, Stage* stage) {
    if (places.empty()) return;
    const SomeCentres all = centres.all();
    parallel_for(context_, std::ssize(places), kBlock, [&](int64_t begin, int64_t end) {
      std::array<NearestCentre, kBlock> found;
      std::array<int64_t, kBlock> which;
      const auto some = places.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
      for (size_t i = 0; i < some.size(); ++i) which[i] = which_[some[i]];
      centres.nearest(rows_, std::span(which).first(some.size()), all, std::span(found).first(some.size()));
      for (size_t i = 0; i < some.size(); ++i) nearest_[some[i]] = found[i];
      if (stage != nullptr) stage->advance(end - begin);
    });
  }

  const KMeansRows& rows_;
  std::span<const int64_t> which_;
  const Context& context_;
  std::vector<NearestCentre> nearest_;
};

std::vector<int32_t> join(Centres& centres, const KMeansRows& rows, std::span<const int64_t> which, std::span<const int32_t> nearest) {
  std::vector<float> scratch;
  for (size_t i = 0; i < which.size(); ++i) {
    const auto x = rows.row(which[i], scratch);
    centres.add(nearest[i], rows.scale(x), x);
  }
  return centres.move();
}

/// Steps 2 and 3 by Lloyd's algorithm.
std::vector<int32_t> lloyd(Centres& centres, const KMeansRows& rows, std::span<const int64_t> which, const KMeansOptions& options,
                           const Context& context) {
  CentreAssignment assignment(rows, which, context);
  assignment.find(centres);
  std::vector<int32_t> moved;
  {
    Stage stage(context, "centres", options.rounds, "batches");
    std::vector<int32_t> before;
    for (int round = 0; round < options.rounds; ++round, stage.advance()) {
      assignment.update(centres, std::exchange(moved, {}));
      const std::vector<int32_t> nearest = assignment.centres();
      if (nearest == before) break;
      centres.forget_rows();
      moved = join(centres, rows, which, nearest);
      before = nearest;
    }
  }
  Stage stage(context, "pools", std::ssize(which), "rows");
  assignment.update(centres, moved, &stage);
  return assignment.centres();
}

/// The same from batches.
std::vector<int32_t> mini_batches(Centres& centres, const KMeansRows& rows, std::span<const int64_t> which, int64_t batch,
                                  const KMeansOptions& options, const Context& context) {
  {
    Stage stage(context, "centres", options.rounds, "batches");
    for (int round = 0; round < options.rounds; ++round) {
      const auto drawn = some_rows(which, batch, Random(options.seed, "k-means batch", static_cast<uint64_t>(round)));
      CentreAssignment assignment(rows, drawn, context);
      assignment.find(centres);
      join(centres, rows, drawn, assignment.centres());
      stage.advance();
    }
  }
  Stage stage(context, "pools", std::ssize(which), "rows");
  CentreAssignment assignment(rows, which, context);
  assignment.find(centres, &stage);
  return assignment.centres();
}

std::vector<std::vector<double>> spread_seeds(const KMeansRows& seen, std::span<const int64_t> rows, const KMeansOptions& options,
                                              const Context& context) {
  const auto sample = some_rows(rows, std::max(kSeedRows, kSeedRowsACentre * options.pools), Random(options.seed, "k-means seeding rows"));
  return Seeding(seen, sample, context).draw(options.pools, Random(options.seed, "k-means seeding"));
}

std::vector<std::vector<double>> plain_seeds(const KMeansRows& seen, std::span<const int64_t> rows, const KMeansOptions& options) {
  const auto order = Random(options.seed, "k-means plain seeds").permutation(static_cast<int64_t>(rows.size()));
  std::vector<std::vector<double>> centres;
  std::vector<float> scratch;
  for (int64_t c = 0; c < options.pools; ++c) {
    const auto x = seen.row(rows[static_cast<size_t>(order[static_cast<size_t>(c)])], scratch);
    centres.push_back(scaled(x, seen.scale(x)));
  }
  return centres;
}

/// Numbers that are used become 0, 1, … in their order.
void close_gaps(std::vector<int32_t>& pools, int64_t centres) {
  std::vector<int32_t> number(static_cast<size_t>(centres), -1);
  for (const int32_t pool : pools) number[static_cast<size_t>(pool)] = 0;
  int32_t next = 0;
  for (int32_t& at : number) {
    if (at == 0) at = next++;
  }
  for (int32_t& pool : pools) pool = number[static_cast<size_t>(pool)];
}

}  // namespace

std::vector<int32_t> kmeans_pools(const Features& features, std::span<const int64_t> rows, const KMeansOptions& options,
                                  const Context& context) {
  const auto count = static_cast<int64_t>(rows.size());
  if (options.pools < 1 || options.pools > count) {
    throw InputError({"", "", fmt::format("k-means cannot make {} pools of {} rows", options.pools, count),
                      "Give between 1 pool and the number of usable rows"});
  }
  if (options.pools == 1) return std::vector<int32_t>(rows.size(), 0);
  const KMeansRows seen(features, options);
  Centres centres(options.plus_plus ? spread_seeds(seen, rows, options, context) : plain_seeds(seen, rows, options), seen.width());
  const int64_t batch = std::max(kBatchRows, kBatchRowsACentre * centres.count());
  std::vector<int32_t> pools =
      count <= batch ? lloyd(centres, seen, rows, options, context) : mini_batches(centres, seen, rows, batch, options, context);
  close_gaps(pools, centres.count());
  return pools;
}

}  // namespace decant
