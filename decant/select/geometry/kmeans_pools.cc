#include "decant/select/geometry/kmeans_pools.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

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
constexpr int64_t kBlock = 512;       // rows of one matrix product
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
  /// Centres become the means of what joined them; those without a row stay.
  void move() {
    for (int64_t c = 0; c < count(); ++c) {
      const auto rows = static_cast<double>(counts_[static_cast<size_t>(c)]);
      if (rows > 0) std::ranges::transform(sums_[c], values_[c].begin(), [&](double sum) { return sum / rows; });
    }
    prepare();
  }

  /// The nearest centre of some rows.
  void nearest(const KMeansRows& rows, std::span<const int64_t> which, std::span<int32_t> out) const {
    const auto size = static_cast<int64_t>(which.size());
    Matrix<float> block(size, rows.width());
    Matrix<float> products(size, count());
    std::vector<double> scales(which.size());
    std::vector<float> scratch;
    for (int64_t i = 0; i < size; ++i) {
      const auto x = rows.row(which[static_cast<size_t>(i)], scratch);
      const double scale = scales[static_cast<size_t>(i)] = rows.scale(x);
      std::ranges::transform(x, block[i].begin(), [&](float value) { return static_cast<float>(scale * static_cast<double>(value)); });
    }
    multiply_transposed(block.view(), rounded_.view(), products.view());
    for (int64_t i = 0; i < size; ++i) {
      const auto at = static_cast<size_t>(i);
      out[at] = nearest_of(rows.row(which[at], scratch), scales[at], products[i]);
    }
  }

 private:
  void prepare() {
    rounded_ = Matrix<float>(count(), values_.cols());
    halves_.resize(static_cast<size_t>(count()));
    longest_ = 0;
    for (int64_t c = 0; c < count(); ++c) {
      const double half = halves_[static_cast<size_t>(c)] = half_square(values_[c]);
      longest_ = std::max(longest_, std::sqrt(2 * half));
      std::ranges::transform(values_[c], rounded_[c].begin(), [](double value) { return static_cast<float>(value); });
    }
  }

  /// `products`: of the rounded row with the rounded centres. Each is wrong by at most (d +
  /// 2)·2⁻²⁴·‖a‖·‖c‖ to first order, in whatever order it was summed, and by underflow; the bound
  /// below is generous to both.
  int32_t nearest_of(std::span<const float> x, double scale, std::span<const float> products) const {
    const auto width = static_cast<double>(x.size());
    const double length = scale * std::sqrt(dot(x, x));
    const double error = (1.1 * (width + 8) * 0x1p-24 * length + 1e-37 * width) * longest_ + 1e-37 * width * (1 + length);
    double best = -INFINITY;
    bool sound = true;
    for (size_t c = 0; c < products.size(); ++c) {
      const double score = static_cast<double>(products[c]) - halves_[c];
      sound = sound && std::isfinite(score);
      best = std::max(best, score);
    }
    const double bar = sound ? best - 2 * error - 1e-12 * (std::abs(best) + longest_ * longest_) : -INFINITY;
    double winner_score = -INFINITY;
    int32_t winner = -1;
    for (size_t c = 0; c < products.size(); ++c) {
      if (sound && static_cast<double>(products[c]) - halves_[c] < bar) continue;
      const double score = scale * dot(x, values_[static_cast<int64_t>(c)]) - halves_[c];
      if (winner >= 0 && !(score > winner_score)) continue;
      winner = static_cast<int32_t>(c);
      winner_score = score;
    }
    return winner;
  }

  Matrix<double> values_;
  Matrix<double> sums_;
  std::vector<int64_t> counts_;
  Matrix<float> rounded_;
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

std::vector<int32_t> assign_all(const Centres& centres, const KMeansRows& rows, std::span<const int64_t> which, const Context& context,
                                Stage* stage) {
  std::vector<int32_t> nearest(which.size());
  parallel_for(context, static_cast<int64_t>(which.size()), kBlock, [&](int64_t begin, int64_t end) {
    const auto from = static_cast<size_t>(begin);
    const auto size = static_cast<size_t>(end - begin);
    centres.nearest(rows, which.subspan(from, size), std::span(nearest).subspan(from, size));
    if (stage != nullptr) stage->advance(end - begin);
  });
  return nearest;
}

void join(Centres& centres, const KMeansRows& rows, std::span<const int64_t> which, std::span<const int32_t> nearest) {
  std::vector<float> scratch;
  for (size_t i = 0; i < which.size(); ++i) {
    const auto x = rows.row(which[i], scratch);
    centres.add(nearest[i], rows.scale(x), x);
  }
  centres.move();
}

void move_centres(Centres& centres, const KMeansRows& rows, std::span<const int64_t> which, const KMeansOptions& options,
                  const Context& context) {
  const int64_t batch = std::max(kBatchRows, kBatchRowsACentre * centres.count());
  const bool all_at_once = static_cast<int64_t>(which.size()) <= batch;
  Stage stage(context, "centres", options.rounds, "batches");
  std::vector<int32_t> before;
  for (int round = 0; round < options.rounds; ++round) {
    const auto drawn = some_rows(which, batch, Random(options.seed, "k-means batch", static_cast<uint64_t>(round)));
    auto nearest = assign_all(centres, rows, drawn, context, nullptr);
    if (all_at_once) {
      if (nearest == before) break;
      centres.forget_rows();
    }
    join(centres, rows, drawn, nearest);
    before = std::move(nearest);
    stage.advance();
  }
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
  move_centres(centres, seen, rows, options, context);
  Stage stage(context, "pools", count, "rows");
  auto pools = assign_all(centres, seen, rows, context, &stage);
  close_gaps(pools, centres.count());
  return pools;
}

}  // namespace decant
