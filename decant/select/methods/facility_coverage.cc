#include "decant/select/methods/facility_coverage.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <utility>

#include "decant/base/matrix.h"
#include "decant/base/parallel.h"
#include "decant/kernels/dot.h"
#include "decant/kernels/gemm.h"
#include "decant/kernels/score_bounds.h"

namespace decant::facility {
namespace {

constexpr int64_t kGainBlock = 4096;           // rows of one partial sum: part of the rule
constexpr int64_t kProductRows = 512;          // rows of one matrix product
constexpr int64_t kChangedRows = 256;          // and of one with rows that changed
constexpr double kRounding = 32 * 0x1p-24;     // of what float32 computes from a product, in addition to the product's own error
constexpr double kSumRounding = 64 * 0x1p-24;  // of excess_sum() over kProductRows, relative

}  // namespace

Coverage::Coverage(const Features& features, const PoolTask& pool, const FacilityLocationOptions& options, const Context& context)
    : context_(context),
      rows_(features, pool.rows, context),
      unit_(rows_, context),
      error_(cosine_error(rows_.width())),
      similarity_{options.similarity, options.weights},
      largest_(similarity_.largest_weight()),
      covered_(pool.rows.size(), 0.0),
      bars_(pool.rows.size()),
      minus_bars_(pool.rows.size()),
      adds_nothing_(pool.rows.size(), false) {
  lower_bars();
  for (int64_t j = 0; j < size(); ++j) {
    const bool like_nothing = rows_.scale(j) == 0 && similarity_.similarity == Similarity::positive_cosine;
    adds_nothing_[static_cast<size_t>(j)] = like_nothing || similarity_.weight(j) == 0;
  }
}

Ramp Coverage::ramp(int32_t candidate) const {
  const auto weight = static_cast<float>(largest_ > 0 ? similarity_.weight(candidate) / largest_ : 0);
  return similarity_.similarity == Similarity::positive_cosine ? Ramp{0, weight, 0} : Ramp{weight / 2, weight / 2, -2};
}

void Coverage::lower_bars() {
  const double slack = error_ + kRounding;
  for (size_t i = 0; i < bars_.size(); ++i) {
    bars_[i] = static_cast<float>((largest_ > 0 ? covered_[i] / largest_ : 0) - slack);
    minus_bars_[i] = -bars_[i];
  }
}

namespace {

/// Room for one block's products, the thread's own until it asks again: a new megabyte for each
/// would cost a tenth of the product.
MatrixView<float> room_for_products(int64_t rows, int64_t cols) {
  thread_local std::vector<float> room;
  const auto size = static_cast<size_t>(rows * cols);
  if (room.size() < size) room.resize(size);
  return {room.data(), rows, cols};
}

}  // namespace

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

/// Bounds for the empty set, where Σ_i max(0, s) = ½·Σ s + ½·Σ |s|, and Σ |s| ≤ √(n·Σ s²)
/// (Cauchy–Schwarz): two products with sums over all rows, u_j·Σu and u_jᵀ·(Σ u·uᵀ)·u_j. Tight
/// where the cosines are much alike. None where all pairs are cheaper than these.
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
      const double similarity =
          similarity_.similarity == Similarity::positive_cosine ? (cosines + std::sqrt(n * squares)) / 2 : (n + cosines) / 2;
      bounds[static_cast<size_t>(j)] = similarity_.weight(j) * (similarity + n * (error_ + kRounding));
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
    for (int64_t i = begin; i < end; ++i) use(i, similarity_.value(candidate, cosines[static_cast<size_t>(i - begin)]));
  });
}

namespace {

/// The rule's sum: each block's rows in their order, then the blocks in theirs.
class BlockedSum {
 public:
  explicit BlockedSum(int64_t rows) : partial_(static_cast<size_t>((rows + kGainBlock - 1) / kGainBlock), 0.0) {}
  void add(int64_t row, double value) { partial_[static_cast<size_t>(row / kGainBlock)] += value; }
  double sum() const {
    double sum = 0;
    for (const double part : partial_) sum += part;
    return sum;
  }

 private:
  std::vector<double> partial_;
};

}  // namespace

/// The rule.
double Coverage::gain(int32_t candidate) const {
  BlockedSum gain(size());
  each_value(candidate, [&](int64_t i, double value) { gain.add(i, std::max(0.0, value - covered_[static_cast<size_t>(i)])); });
  return gain.sum();
}

double Coverage::cover(int32_t picked) {
  std::vector<double> values(covered_.size());
  BlockedSum gain(size());
  each_value(picked, [&](int64_t i, double value) {
    values[static_cast<size_t>(i)] = value;
    gain.add(i, std::max(0.0, value - covered_[static_cast<size_t>(i)]));
  });
  for (size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] > covered_[i])) continue;
    note_change(static_cast<int64_t>(i), covered_[i], values[i]);
    covered_[i] = values[i];
  }
  change_begin_.push_back(changes());
  note_copies(picked, values);
  lower_bars();
  return gain.sum();
}

/// Rows equal to the picked one that weigh no more add nothing. Products cannot tell, for their
/// error may hide a gain.
void Coverage::note_copies(int32_t picked, std::span<const double> values) {
  const auto x = rows_.row(picked);
  const double own = values[static_cast<size_t>(picked)];
  for (int64_t i = 0; i < size(); ++i) {
    if (values[static_cast<size_t>(i)] != own || similarity_.weight(i) > similarity_.weight(picked)) continue;
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
    values[k] = similarity_.value(candidate, values[k]);
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

/// About how many pairs have v > c, from candidates spread evenly. Where products find far more
/// than `most`, these are not looked at closely.
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

}  // namespace decant::facility
