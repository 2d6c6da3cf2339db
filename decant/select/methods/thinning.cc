#include "decant/select/methods/thinning.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/select/geometry/neighbours.h"

namespace decant {
namespace {

constexpr double kNoDeletion = 40;  // exp(−40) is below 2⁻³²: the strength at which all rows stay
constexpr int kBisections = 40;
constexpr int64_t kDrawn = 1024;

struct KeptRow {
  int64_t row = 0;
  int64_t stands_for = 1;  ///< itself and the rows that are gone for it
};

/// A visit of some rows, at any strength.
class Walk {
 public:
  /// `pass`: how often they were thinned before.
  Walk(const Features& features, std::vector<KeptRow> rows, int pass, const PoolTask& pool, const ThinningOptions& options,
       const Context& context)
      : rows_(std::move(rows)) {
    std::vector<int64_t> numbers;
    for (const KeptRow& row : rows_) numbers.push_back(row.row);
    neighbours_ = nearest_neighbours(features, numbers, options.neighbours, context);
    const std::string stream = fmt::format("thinning {}", pass);
    order_ = Random(options.seed, stream + " order", static_cast<uint32_t>(pool.number)).permutation(static_cast<int64_t>(rows_.size()));
    visit_first(pool.chosen.rows);
    bits_.resize(neighbours_.places.size());
    parallel_for(context, static_cast<int64_t>(rows_.size()), kDrawn, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        Random random(options.seed, stream, static_cast<uint64_t>(numbers[static_cast<size_t>(i)]));
        for (int64_t k = 0; k < neighbours_.each; ++k) bits_[static_cast<size_t>(i * neighbours_.each + k)] = random.bits32();
      }
    });
  }

  /// The rows that stay, in the order of the visit.
  std::vector<KeptRow> at(double strength) const {
    std::vector<uint64_t> below;  // p_k in units of 2⁻³²
    for (int64_t k = 1; k <= neighbours_.each; ++k)
      below.push_back(static_cast<uint64_t>(std::ldexp(std::exp(-strength * static_cast<double>(k)), 32)));
    std::vector<bool> decided = first_;
    std::vector<KeptRow> kept;
    for (const int64_t place : order_) {
      const auto at = static_cast<size_t>(place);
      if (decided[at] && !first_[at]) continue;
      decided[at] = true;
      KeptRow row = rows_[at];
      for (size_t k = 0; k < below.size(); ++k) {
        const auto other = static_cast<size_t>(neighbours_.of(place)[k]);
        if (decided[other] || bits_[at * below.size() + k] >= below[k]) continue;
        decided[other] = true;
        row.stands_for += rows_[other].stands_for;
      }
      kept.push_back(row);
    }
    return kept;
  }

 private:
  /// Rows that stay, among rows_, which ascend.
  void visit_first(std::span<const int64_t> chosen) {
    first_.assign(rows_.size(), false);
    std::vector<int64_t> order;
    for (const int64_t row : chosen) {
      order.push_back(std::ranges::lower_bound(rows_, row, {}, &KeptRow::row) - rows_.begin());
      first_[static_cast<size_t>(order.back())] = true;
    }
    for (const int64_t place : order_) {
      if (!first_[static_cast<size_t>(place)]) order.push_back(place);
    }
    order_ = std::move(order);
  }

  std::vector<KeptRow> rows_;
  Neighbours neighbours_;
  std::vector<int64_t> order_;
  std::vector<bool> first_;     ///< chosen before: never deleted
  std::vector<uint32_t> bits_;  ///< of (row, k)
};

struct Strength {
  double value = 0;
  std::vector<KeptRow> kept;
};

/// The strength that leaves the fewest rows, but at least `count`. kNoDeletion leaves all, so there
/// is one.
Strength solve_strength(const Walk& walk, size_t count, const Context& context) {
  Strength best{0, walk.at(0)};
  if (best.kept.size() >= count) return best;
  best = {kNoDeletion, walk.at(kNoDeletion)};
  double weak = kNoDeletion;  // enough rows here
  double strong = 0;
  for (int step = 0; step < kBisections && best.kept.size() > count; ++step) {
    context.check_cancelled();
    const double middle = 0.5 * (weak + strong);
    auto kept = walk.at(middle);
    const bool enough = kept.size() >= count;
    (enough ? weak : strong) = middle;
    if (enough && kept.size() < best.kept.size()) best = {middle, std::move(kept)};
  }
  return best;
}

/// Removes rows behind the first `chosen` at random until `count` are left, which stay in their
/// order.
void trim(std::vector<KeptRow>& rows, size_t chosen, size_t count, Random random) {
  auto order = random.permutation(static_cast<int64_t>(rows.size() - chosen));
  order.resize(count - chosen);
  std::ranges::sort(order);
  for (size_t i = 0; i < order.size(); ++i) rows[chosen + i] = rows[chosen + static_cast<size_t>(order[i])];
  rows.resize(count);
}

}  // namespace

Ranking thinning(const Features& features, const PoolTask& pool, const ThinningOptions& options, const Context& context) {
  if (options.neighbours < 1)
    throw InputError({"", "", fmt::format("thinning by {} neighbours", options.neighbours), "Give a number from 1 on"});
  const auto count = static_cast<size_t>(pool.count);
  std::vector<KeptRow> rows;
  for (const int64_t row : pool.rows) rows.push_back({row});
  const size_t chosen = pool.chosen.rows.size();
  bool within_reach = count == 0;
  for (int pass = 0; !within_reach; ++pass) {
    std::ranges::sort(rows, {}, &KeptRow::row);
    const size_t before = rows.size();
    Strength solved = solve_strength(Walk(features, std::move(rows), pass, pool, options, context), count, context);
    context.info(fmt::format("pool {}: {} of {} rows left at strength {:.4g}", pool.number, solved.kept.size(), before, solved.value));
    // At 0 every neighbour goes, so two rows become one at least, unless the neighbours are chosen.
    within_reach = solved.value > 0 || solved.kept.size() == count || solved.kept.size() == before;
    rows = std::move(solved.kept);
  }
  trim(rows, chosen, count, Random(options.seed, "thinning trim", static_cast<uint32_t>(pool.number)));
  Ranking ranking;
  for (const KeptRow& row : rows) {
    ranking.order.push_back(row.row);
    ranking.gains.push_back(static_cast<float>(row.stands_for));
  }
  return ranking;
}

}  // namespace decant
