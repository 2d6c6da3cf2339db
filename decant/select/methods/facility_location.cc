#include "decant/select/methods/facility_location.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/matrix.h"
#include "decant/base/parallel.h"
#include "decant/kernels/dot.h"
#include "decant/kernels/excess.h"
#include "decant/kernels/gemm.h"
#include "decant/kernels/score_bounds.h"
#include "decant/select/methods/pool_rows.h"

namespace decant {
namespace {

constexpr int64_t kGainBlock = 4096;           // rows of one partial sum: part of the rule
constexpr int64_t kProductRows = 512;          // rows of one matrix product
constexpr int64_t kChangedRows = 256;          // and of one with rows that changed
constexpr int64_t kFewestLookedAt = 64;        // candidates that are looked at together,
constexpr int64_t kMostLookedAt = 512;         // and at most
constexpr int64_t kFewestLookedAtAgain = 16;   // the same, of those that are multiplied with everyone
constexpr int64_t kPairsARow = 384;            // that may be kept,
constexpr int64_t kPairsAnyway = 1 << 22;      // and those of a small pool
constexpr int64_t kCountedCandidates = 256;    // whose pairs are counted before all are kept
constexpr double kRounding = 32 * 0x1p-24;     // of what float32 computes from a product, beside the product's own error
constexpr double kSumRounding = 64 * 0x1p-24;  // of excess_sum() over kProductRows, relative

/// v_ij = w_j·sim(i, j).
struct WeightedLikeness {
  Likeness likeness;
  std::span<const double> weights;

  double weight(int64_t place) const { return weights.empty() ? 1 : weights[static_cast<size_t>(place)]; }
  double largest_weight() const { return weights.empty() ? 1 : *std::ranges::max_element(weights); }
  double value(int64_t place, double cosine) const {
    return weight(place) * (likeness == Likeness::positive_cosine ? std::max(0.0, cosine) : 0.5 + 0.5 * cosine);
  }
};

/// What a candidate gains, or a bound from above: carried on from an older one, from products with everyone, or the gain itself.
enum class Sight : uint8_t { carried, products, exact };
struct Promise {
  double gain = std::numeric_limits<double>::infinity();
  int32_t place = 0;
  int32_t seen = 0;  ///< how many were picked when it was computed
  Sight sight = Sight::carried;

  /// A max-heap's order: among equals the smaller place is ahead.
  bool operator<(const Promise& other) const { return gain != other.gain ? gain < other.gain : place > other.place; }
};

/// A candidate's pairs with v > c, rows ascending.
struct PairColumn {
  std::vector<int32_t> places;
  std::vector<double> values;
};

/// The pool, how well it is covered, and what candidates would add.
class Coverage {
 public:
  Coverage(const Features& features, const Pool& pool, const FacilityLocationOptions& options, const Context& context)
      : context_(context),
        rows_(features, pool.rows, context),
        unit_(rows_, context),
        error_(cosine_error(rows_.width())),
        likeness_{options.likeness, options.weights},
        largest_(likeness_.largest_weight()),
        covered_(pool.rows.size(), 0.0),
        bars_(pool.rows.size()),
        minus_bars_(pool.rows.size()),
        adds_nothing_(pool.rows.size(), false) {
    lower_bars();
    for (int64_t j = 0; j < size(); ++j) {
      const bool like_nothing = rows_.scale(j) == 0 && likeness_.likeness == Likeness::positive_cosine;
      adds_nothing_[static_cast<size_t>(j)] = like_nothing || likeness_.weight(j) == 0;
    }
  }
  int64_t size() const { return rows_.size(); }

  std::vector<double> first_bounds() const;
  std::vector<double> bounds(std::span<const int32_t> candidates) const;
  void carry_on(std::span<Promise> promises) const;
  /// How many changes of c there were since so many picks.
  int64_t changes_since(int32_t picks) const { return changes() - change_begin_[static_cast<size_t>(picks)]; }
  double gain(int32_t candidate) const;
  void cover(int32_t picked);

  double estimated_pairs(int64_t most) const;
  bool keep_pairs(int64_t most);
  /// Whether it is known to gain nothing, now and later.
  bool adds_nothing(int32_t candidate) const { return adds_nothing_[static_cast<size_t>(candidate)]; }
  bool has_pairs() const { return !pairs_.empty(); }
  int64_t pair_count() const;
  double short_gain(int32_t candidate);
  void cover_pairs(int32_t picked);

 private:
  int64_t changes() const { return static_cast<int64_t>(changed_.size()); }
  void note_change(int64_t place, double before, double after);
  void note_copies(int32_t picked, std::span<const double> values);
  Ramp ramp(int32_t candidate) const;
  template <class Use>
  void each_value(int32_t candidate, Use&& use) const;
  void lower_bars();
  std::vector<std::vector<int32_t>> likely_pairs(std::span<const int32_t> candidates) const;
  PairColumn exact_pairs(int32_t candidate, std::span<const int32_t> likely) const;

  Context context_;
  PoolRows rows_;
  UnitRows unit_;
  double error_;  ///< of products
  WeightedLikeness likeness_;
  double largest_;  ///< weight: products are compared in units of it
  std::vector<double> covered_;
  std::vector<float> bars_;  ///< lower than c by more than float32 can be wrong
  std::vector<float> minus_bars_;
  // Every time that a c rose: which, from where (no lower than float32 can be wrong), and by how much.
  std::vector<int32_t> changed_;
  std::vector<float> risen_from_;
  std::vector<float> risen_by_;
  std::vector<int64_t> change_begin_{0};  ///< of each pick, and the end
  std::vector<bool> adds_nothing_;
  std::vector<PairColumn> pairs_;
};

Ramp Coverage::ramp(int32_t candidate) const {
  const auto weight = static_cast<float>(largest_ > 0 ? likeness_.weight(candidate) / largest_ : 0);
  return likeness_.likeness == Likeness::positive_cosine ? Ramp{0, weight, 0} : Ramp{weight / 2, weight / 2, -2};
}

void Coverage::lower_bars() {
  const double slack = error_ + kRounding;
  for (size_t i = 0; i < bars_.size(); ++i) {
    bars_[i] = static_cast<float>((largest_ > 0 ? covered_[i] / largest_ : 0) - slack);
    minus_bars_[i] = -bars_[i];
  }
}

/// Room for one block's products, the thread's own until it asks again: a new megabyte for each would cost a tenth of the product.
MatrixView<float> room_for_products(int64_t rows, int64_t cols) {
  thread_local std::vector<float> room;
  const auto size = static_cast<size_t>(rows * cols);
  if (room.size() < size) room.resize(size);
  return {room.data(), rows, cols};
}

/// Bounds of gains from above.
std::vector<double> Coverage::bounds(std::span<const int32_t> candidates) const {
  const Matrix<float> lines = unit_.gather(candidates);
  Matrix<double> partial((size() + kProductRows - 1) / kProductRows, lines.rows());
  parallel_for(context_, size(), kProductRows, [&](int64_t begin, int64_t end) {
    const auto products = room_for_products(lines.rows(), end - begin);
    multiply_transposed(lines.view(), unit_.view().slice(begin, end), products);
    const auto bars = std::span(bars_).subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
    const auto sums = partial[begin / kProductRows];
    for (size_t c = 0; c < sums.size(); ++c) {
      sums[c] = static_cast<double>(excess_sum(products[static_cast<int64_t>(c)], bars, ramp(candidates[c])));
    }
  });
  std::vector<double> sums(candidates.size(), 0.0);
  for (int64_t b = 0; b < partial.rows(); ++b) {
    for (size_t c = 0; c < sums.size(); ++c) sums[c] += partial[b][c];
  }
  for (double& sum : sums) sum *= largest_ * (1 + kSumRounding);
  return sums;
}

/// Bounds for the empty set, where Σ_i max(0, s) = ½·Σ s + ½·Σ |s|, and Σ |s| ≤ √(n·Σ s²) (Cauchy–Schwarz): two products with sums over
/// all rows, u_j·Σu and u_jᵀ·(Σ u·uᵀ)·u_j. Tight where the cosines are much alike. None where all pairs are cheaper than these.
std::vector<double> Coverage::first_bounds() const {
  const auto unit = unit_.view();
  if (unit.cols > size()) return std::vector<double>(static_cast<size_t>(size()), std::numeric_limits<double>::infinity());
  const auto n = static_cast<double>(size());
  Matrix<double> moments(unit.cols, unit.cols);
  std::vector<double> sum(static_cast<size_t>(unit.cols), 0.0);
  for (int64_t begin = 0; begin < size(); begin += kProductRows) {
    Matrix<double> block(std::min(size(), begin + kProductRows) - begin, unit.cols);
    for (int64_t i = 0; i < block.rows(); ++i) {
      std::ranges::copy(unit[begin + i], block[i].begin());
      add_scaled(sum, 1, unit[begin + i]);
    }
    add_transposed_product(block.view(), block.view(), moments.view());
  }
  Matrix<float> rounded(unit.cols, unit.cols);
  std::transform(moments.data(), moments.data() + unit.cols * unit.cols, rounded.data(), [](double m) { return static_cast<float>(m); });
  std::vector<double> bounds(static_cast<size_t>(size()));
  parallel_for(context_, size(), kProductRows, [&](int64_t begin, int64_t end) {
    Matrix<float> turned(end - begin, unit.cols);
    multiply(unit.slice(begin, end), rounded.view(), turned.view());
    for (int64_t j = begin; j < end; ++j) {
      const double cosines = dot(unit[j], sum);
      // Wrong by no more than (product's error)·‖M‖_F, and ‖M‖_F ≤ n.
      const double computed = dot(unit[j], std::span<const float>(turned[j - begin]));
      const double squares = std::max(0.0, computed) + n * (2 * error_ + kRounding);
      const double likeness = likeness_.likeness == Likeness::positive_cosine ? (cosines + std::sqrt(n * squares)) / 2 : (n + cosines) / 2;
      bounds[static_cast<size_t>(j)] = likeness_.weight(j) * (likeness + n * (error_ + kRounding));
    }
  });
  return bounds;
}

/// Bounds carried on to the present c: less what the rows that changed since take away at least,
/// min(c' − c, max(0, v − c)) for each that rose from c to c'.
void Coverage::carry_on(std::span<Promise> promises) const {
  std::ranges::sort(promises, [](const Promise& a, const Promise& b) { return a.seen < b.seen; });
  std::vector<int32_t> candidates;
  for (const Promise& promise : promises) candidates.push_back(promise.place);
  const Matrix<float> lines = unit_.gather(candidates);
  const auto start = [&](size_t c) { return change_begin_[static_cast<size_t>(promises[c].seen)]; };
  const int64_t first = start(0);
  Matrix<double> partial((changes() - first + kChangedRows - 1) / kChangedRows, lines.rows());
  parallel_for(context_, changes() - first, kChangedRows, [&](int64_t from, int64_t to) {
    const int64_t begin = first + from;
    const auto part = [&](const auto& values, int64_t at) {
      return std::span(values).subspan(static_cast<size_t>(at), static_cast<size_t>(first + to - at));
    };
    size_t concerned = 0;
    while (concerned < promises.size() && start(concerned) < first + to) ++concerned;
    const Matrix<float> rows = unit_.gather(part(changed_, begin));
    const auto products = room_for_products(static_cast<int64_t>(concerned), rows.rows());
    multiply_transposed(lines.view().slice(0, products.rows), rows.view(), products);
    for (size_t c = 0; c < concerned; ++c) {
      const int64_t at = std::max(begin, start(c));
      const auto cosines = std::span<const float>(products[static_cast<int64_t>(c)]).subspan(static_cast<size_t>(at - begin));
      partial[from / kChangedRows][c] =
          static_cast<double>(capped_excess_sum(cosines, part(risen_from_, at), part(risen_by_, at), ramp(candidates[c])));
    }
  });
  for (size_t c = 0; c < promises.size(); ++c) {
    double lost = 0;
    for (int64_t b = 0; b < partial.rows(); ++b) lost += partial[b][c];
    const double before = promises[c].gain;
    promises[c].gain = std::max(0.0, before - lost * largest_ * (1 - kSumRounding)) + 1e-12 * before;
  }
}

void Coverage::note_change(int64_t place, double before, double after) {
  const double slack = error_ + kRounding;
  changed_.push_back(static_cast<int32_t>(place));
  risen_from_.push_back(static_cast<float>(before / largest_ + slack));
  risen_by_.push_back(static_cast<float>((after - before) / largest_));
}

/// use(i, v_ij) for every row; rows of a block in their order, by one thread.
template <class Use>
void Coverage::each_value(int32_t candidate, Use&& use) const {
  const auto query = rows_.query(candidate);
  parallel_for(context_, size(), kGainBlock, [&](int64_t begin, int64_t end) {
    std::vector<double> cosines(static_cast<size_t>(end - begin));
    rows_.cosines(candidate, query, begin, cosines);
    for (int64_t i = begin; i < end; ++i) use(i, likeness_.value(candidate, cosines[static_cast<size_t>(i - begin)]));
  });
}

/// The rule.
double Coverage::gain(int32_t candidate) const {
  std::vector<double> partial(static_cast<size_t>((size() + kGainBlock - 1) / kGainBlock), 0.0);
  each_value(candidate, [&](int64_t i, double value) {
    partial[static_cast<size_t>(i / kGainBlock)] += std::max(0.0, value - covered_[static_cast<size_t>(i)]);
  });
  double sum = 0;
  for (const double part : partial) sum += part;
  return sum;
}

void Coverage::cover(int32_t picked) {
  std::vector<double> values(covered_.size());
  each_value(picked, [&](int64_t i, double value) { values[static_cast<size_t>(i)] = value; });
  for (size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] > covered_[i])) continue;
    note_change(static_cast<int64_t>(i), covered_[i], values[i]);
    covered_[i] = values[i];
  }
  change_begin_.push_back(changes());
  note_copies(picked, values);
  lower_bars();
}

/// Rows equal to the picked one that weigh no more add nothing. Products cannot tell, for their error may hide a gain.
void Coverage::note_copies(int32_t picked, std::span<const double> values) {
  const auto x = rows_.row(picked);
  const double own = values[static_cast<size_t>(picked)];
  for (int64_t i = 0; i < size(); ++i) {
    if (values[static_cast<size_t>(i)] != own || likeness_.weight(i) > likeness_.weight(picked)) continue;
    if (std::ranges::equal(rows_.row(i), x)) adds_nothing_[static_cast<size_t>(i)] = true;
  }
}

/// Rows whose product says that v > c may hold, for each of the candidates.
std::vector<std::vector<int32_t>> Coverage::likely_pairs(std::span<const int32_t> candidates) const {
  const Matrix<float> lines = unit_.gather(candidates);
  std::vector<std::vector<int32_t>> likely(candidates.size());
  Matrix<float> products(lines.rows(), kProductRows);
  std::vector<int32_t> found(static_cast<size_t>(kProductRows));
  for (int64_t begin = 0; begin < size(); begin += kProductRows) {
    const int64_t end = std::min(size(), begin + kProductRows);
    MatrixView<float> out(products.data(), lines.rows(), end - begin);
    multiply_transposed(lines.view(), unit_.view().slice(begin, end), out);
    for (size_t c = 0; c < candidates.size(); ++c) {
      const Ramp line = ramp(candidates[c]);
      const auto cosines = std::span<const float>(out[static_cast<int64_t>(c)]);
      const auto bars = std::span<const float>(minus_bars_).subspan(static_cast<size_t>(begin), cosines.size());
      const BoundTest reaches{.along = line.slope, .across = 0, .floor = -line.offset};
      const size_t count = rows_above({bars, cosines, cosines}, std::span(&reaches, 1), found);
      for (size_t k = 0; k < count; ++k) likely[c].push_back(static_cast<int32_t>(begin) + found[k]);
    }
  }
  return likely;
}

PairColumn Coverage::exact_pairs(int32_t candidate, std::span<const int32_t> likely) const {
  std::vector<double> values(likely.size());
  rows_.cosines(candidate, rows_.query(candidate), likely, values);
  const auto beyond = [&](size_t k) { return values[k] > covered_[static_cast<size_t>(likely[k])]; };
  size_t count = 0;
  for (size_t k = 0; k < values.size(); ++k) {
    values[k] = likeness_.value(candidate, values[k]);
    count += beyond(k) ? 1 : 0;
  }
  PairColumn column;
  column.places.reserve(count);
  column.values.reserve(count);
  for (size_t k = 0; k < values.size(); ++k) {
    if (!beyond(k)) continue;
    column.places.push_back(likely[k]);
    column.values.push_back(values[k]);
  }
  return column;
}

/// About how many pairs have v > c, from candidates spread evenly. Where products find far more than `most`, these are not looked at closely.
double Coverage::estimated_pairs(int64_t most) const {
  const int64_t counted = std::min(kCountedCandidates, size());
  const int64_t many = 8 * most / size();  // a candidate
  std::vector<int32_t> candidates;
  for (int64_t k = 0; k < counted; ++k) candidates.push_back(static_cast<int32_t>(k * size() / counted));
  std::atomic<size_t> found = 0;
  parallel_for(context_, counted, kCountedCandidates / 8, [&](int64_t begin, int64_t end) {
    const auto part = std::span(candidates).subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
    const auto likely = likely_pairs(part);
    for (size_t c = 0; c < part.size(); ++c) {
      const bool close = static_cast<int64_t>(likely[c].size()) <= many;
      found += close ? exact_pairs(part[c], likely[c]).places.size() : likely[c].size();
    }
  });
  return static_cast<double>(found) * static_cast<double>(size()) / static_cast<double>(counted);
}

/// Keeps all pairs with v > c, unless there are more than so many. One pass over all pairs.
bool Coverage::keep_pairs(int64_t most) {
  std::vector<PairColumn> kept(static_cast<size_t>(size()));
  std::atomic<int64_t> count = 0;
  parallel_for(context_, size(), kMostLookedAt, [&](int64_t begin, int64_t end) {
    if (count > most) return;
    std::vector<int32_t> candidates;
    for (int64_t j = begin; j < end; ++j) candidates.push_back(static_cast<int32_t>(j));
    const auto likely = likely_pairs(candidates);
    for (size_t c = 0; c < candidates.size(); ++c) {
      auto& column = kept[static_cast<size_t>(candidates[c])] = exact_pairs(candidates[c], likely[c]);
      count += static_cast<int64_t>(column.places.size());
    }
  });
  if (count > most) return false;
  pairs_ = std::move(kept);
  return true;
}

int64_t Coverage::pair_count() const {
  int64_t count = 0;
  for (const auto& column : pairs_) count += static_cast<int64_t>(column.places.size());
  return count;
}

/// The rule, without the terms that are 0. Pairs that c has passed are dropped.
double Coverage::short_gain(int32_t candidate) {
  PairColumn& column = pairs_[static_cast<size_t>(candidate)];
  double sum = 0;
  double part = 0;
  int64_t block = 0;
  size_t left = 0;
  for (size_t k = 0; k < column.places.size(); ++k) {
    const int32_t place = column.places[k];
    const double value = column.values[k];
    const double over = value - covered_[static_cast<size_t>(place)];
    if (!(over > 0)) continue;
    if (place / kGainBlock != block) {
      sum += part;
      part = 0;
      block = place / kGainBlock;
    }
    part += over;
    column.places[left] = place;
    column.values[left++] = value;
  }
  column.places.resize(left);
  column.values.resize(left);
  return sum + part;
}

void Coverage::cover_pairs(int32_t picked) {
  const PairColumn column = std::exchange(pairs_[static_cast<size_t>(picked)], {});
  for (size_t k = 0; k < column.places.size(); ++k) {
    double& covered = covered_[static_cast<size_t>(column.places[k])];
    covered = std::max(covered, column.values[k]);
  }
}

/// Who is next.
class LazyGreedy {
 public:
  LazyGreedy(Coverage& coverage, int64_t count, int64_t most_pairs, FacilityLocationCounts& counts)
      : coverage_(coverage), count_(count), most_pairs_(most_pairs), counts_(counts) {
    const auto bounds = coverage.first_bounds();
    for (size_t j = 0; j < bounds.size(); ++j) heap_.push_back({bounds[j], static_cast<int32_t>(j)});
    std::make_heap(heap_.begin(), heap_.end());
  }

  Promise next() {
    if (!coverage_.has_pairs() && picked_ >= next_try_) try_pairs();
    look_together_ = kFewestLookedAt;
    again_together_ = kFewestLookedAtAgain;
    while (!settled(heap_.front())) {
      if (coverage_.adds_nothing(heap_.front().place)) {
        push({0, pop().place, picked_, Sight::exact});
      } else if (coverage_.has_pairs()) {
        sum_pairs();
      } else if (heap_.front().seen < picked_) {
        look();
      } else if (heap_.front().sight == Sight::carried) {
        look_again();
      } else {
        sum_everyone();
      }
    }
    const Promise best = pop();
    coverage_.has_pairs() ? coverage_.cover_pairs(best.place) : coverage_.cover(best.place);
    ++picked_;
    if (!coverage_.has_pairs()) ++counts_.picks_before_pairs;
    return best;
  }

 private:
  /// Gains are never below 0 and never rise, so 0 stays exact.
  bool settled(const Promise& promise) const { return promise.gain == 0 || (promise.seen == picked_ && promise.sight == Sight::exact); }

  Promise pop() {
    std::pop_heap(heap_.begin(), heap_.end());
    const Promise top = heap_.back();
    heap_.pop_back();
    return top;
  }
  void push(const Promise& promise) {
    heap_.push_back(promise);
    std::push_heap(heap_.begin(), heap_.end());
  }

  /// The first of the heap, as long as they are such, and no more than so many.
  template <class Such>
  std::vector<Promise> take(int64_t most, Such&& such) {
    std::vector<Promise> taken;
    while (!heap_.empty() && heap_.front().gain > 0 && such(heap_.front()) && static_cast<int64_t>(taken.size()) < most) {
      taken.push_back(pop());
    }
    return taken;
  }

  /// Those with the largest old bounds get new ones: from everyone where most rows changed since, else from those that changed.
  void look() {
    auto taken = take(look_together_, [&](const Promise& p) { return p.seen < picked_; });
    const auto behind = std::partition(taken.begin(), taken.end(),
                                       [&](const Promise& p) { return 4 * coverage_.changes_since(p.seen) < 3 * coverage_.size(); });
    carry_on(std::span(taken.begin(), behind));
    multiply_with_everyone(std::span(behind, taken.end()));
    look_together_ = std::min(2 * look_together_, kMostLookedAt);
  }

  void look_again() {
    multiply_with_everyone(take(again_together_, [&](const Promise& p) { return p.seen == picked_ && p.sight == Sight::carried; }));
    again_together_ = std::min(2 * again_together_, kMostLookedAt);
  }

  void carry_on(std::span<Promise> taken) {
    if (taken.empty()) return;
    for (const Promise& promise : taken) counts_.changes += coverage_.changes_since(promise.seen);
    coverage_.carry_on(taken);
    for (const Promise& promise : taken) push({promise.gain, promise.place, picked_, Sight::carried});
  }

  void multiply_with_everyone(std::span<const Promise> taken) {
    if (taken.empty()) return;
    std::vector<int32_t> places;
    for (const Promise& promise : taken) places.push_back(promise.place);
    const auto bounds = coverage_.bounds(places);
    for (size_t c = 0; c < taken.size(); ++c) push({std::min(taken[c].gain, bounds[c]), places[c], picked_, Sight::products});
    counts_.products += static_cast<int64_t>(places.size());
  }

  void sum_everyone() {
    const int32_t place = pop().place;
    push({coverage_.gain(place), place, picked_, Sight::exact});
    ++counts_.exact;
  }

  void sum_pairs() {
    const int32_t place = pop().place;
    push({coverage_.short_gain(place), place, picked_, Sight::exact});
    ++counts_.short_sums;
  }

  /// The pass pays when going on as before would cost as much. Tried again after an eighth more picks.
  void try_pairs() {
    const int64_t work = counts_.products + counts_.changes / coverage_.size();
    const int64_t since = work - work_before_;
    const int64_t picks = picked_ - last_try_;
    next_try_ = picked_ + std::max(4, picked_ / 8);
    last_try_ = picked_;
    work_before_ = work;
    if (picks == 0 || since * (count_ - picked_) < coverage_.size() * picks) return;
    const int64_t most = most_pairs_ > 0 ? most_pairs_ : std::max(kPairsAnyway, kPairsARow * coverage_.size());
    counts_.products += std::min(kCountedCandidates, coverage_.size());
    if (coverage_.estimated_pairs(most) > 0.95 * static_cast<double>(most)) return;
    counts_.products += coverage_.size();
    if (coverage_.keep_pairs(most)) counts_.pairs = coverage_.pair_count();
  }

  Coverage& coverage_;
  int64_t count_;
  int64_t most_pairs_;
  FacilityLocationCounts& counts_;
  std::vector<Promise> heap_;
  int32_t picked_ = 0;
  int32_t next_try_ = 4;
  int32_t last_try_ = 0;
  int64_t work_before_ = 0;
  int64_t look_together_ = kFewestLookedAt;
  int64_t again_together_ = kFewestLookedAtAgain;
};

void check_weights(const Pool& pool, std::span<const double> weights) {
  DECANT_CHECK(pool.count, <=, static_cast<int64_t>(pool.rows.size()));
  if (!weights.empty()) DECANT_CHECK(weights.size(), ==, pool.rows.size());
  for (const double weight : weights) DECANT_CHECK(weight >= 0 && std::isfinite(weight), ==, true);
}

}  // namespace

Ranking facility_location(const Features& features, const Pool& pool, const FacilityLocationOptions& options, const Context& context,
                          FacilityLocationCounts* counts) {
  check_weights(pool, options.weights);
  FacilityLocationCounts unread;
  Ranking ranking;
  if (pool.count == 0) return ranking;
  Stage stage(context, "picks", pool.count, "picks");
  Coverage coverage(features, pool, options, context);
  LazyGreedy greedy(coverage, pool.count, options.most_pairs, counts != nullptr ? *counts : unread);
  for (int64_t i = 0; i < pool.count; ++i) {
    const Promise best = greedy.next();
    ranking.order.push_back(pool.rows[static_cast<size_t>(best.place)]);
    ranking.gains.push_back(static_cast<float>(best.gain));
    stage.advance();
  }
  return ranking;
}

}  // namespace decant
