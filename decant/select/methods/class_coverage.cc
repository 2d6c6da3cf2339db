#include "decant/select/methods/class_coverage.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <queue>
#include <unordered_set>
#include <vector>

#include "decant/base/errors.h"

namespace decant {
namespace {

constexpr double kFloor = 1e-3;  // ε
constexpr double kSlack = 1e-9;  // of a gain: more than rounding can add to one that must fall

struct Candidate {
  double gain;
  int64_t row;
  double most() const { return gain + kSlack * (1 + gain); }
  /// Less is taken later.
  bool operator<(const Candidate& other) const { return gain != other.gain ? gain < other.gain : row > other.row; }
};

void add_pick(CoveredClasses& covered, const Candidate& pick, Ranking& ranking) {
  covered.take(pick.row);
  ranking.order.push_back(pick.row);
  ranking.gains.push_back(static_cast<float>(pick.gain));
}

/// The picks that give every class its floor.
class Floors {
 public:
  Floors(const ClassAmounts& amounts, const PoolTask& pool, int64_t floor)
      : amounts_(amounts), lacking_(amounts.totals.size()), rows_of_(amounts.totals.size()) {
    for (const int64_t row : pool.rows) {
      for (const ClassCount& entry : amounts.of(row)) {
        lacking_[static_cast<size_t>(entry.label)] += entry.count;
        rows_of_[static_cast<size_t>(entry.label)].push_back(row);
      }
    }
    order_.resize(lacking_.size());
    std::iota(order_.begin(), order_.end(), size_t{0});
    std::ranges::stable_sort(order_, {}, [&](size_t c) { return lacking_[c]; });
    for (int64_t& lacking : lacking_) lacking = std::min(lacking, floor);
  }

  void take(int64_t row) {
    taken_.insert(row);
    for (const ClassCount& entry : amounts_.of(row)) lacking_[static_cast<size_t>(entry.label)] -= entry.count;
  }

  /// Nothing once every class has its own.
  std::optional<Candidate> next(const CoveredClasses& covered) const {
    const auto lacks = std::ranges::find_if(order_, [&](size_t c) { return lacking_[c] > 0; });
    if (lacks == order_.end()) return std::nullopt;
    std::optional<Candidate> best;
    int64_t most = 0;  // of what the class lacks
    for (const int64_t row : rows_of_[*lacks]) {
      if (taken_.contains(row)) continue;
      const int64_t brings = std::min(lacking_[*lacks], amount(row, static_cast<int32_t>(*lacks)));
      if (brings < most) continue;
      const Candidate one{covered.gain(row), row};
      if (brings > most || !best || *best < one) best = one;
      most = brings;
    }
    return best;
  }

 private:
  int64_t amount(int64_t row, int32_t label) const {
    for (const ClassCount& entry : amounts_.of(row)) {
      if (entry.label == label) return entry.count;
    }
    return 0;
  }

  const ClassAmounts& amounts_;
  std::vector<int64_t> lacking_;  ///< of each class, what its floor wants beyond the picks; 0 or less = nothing
  std::vector<std::vector<int64_t>> rows_of_;
  std::vector<size_t> order_;  ///< classes, the rarest first
  std::unordered_set<int64_t> taken_;
};

void pick_floors(const ClassAmounts& amounts, const PoolTask& pool, int64_t floor, CoveredClasses& covered, Ranking& ranking) {
  Floors floors(amounts, pool, floor);
  for (const int64_t row : ranking.order) floors.take(row);
  while (std::ssize(ranking.order) < pool.count) {
    const std::optional<Candidate> pick = floors.next(covered);
    if (!pick) return;
    add_pick(covered, *pick, ranking);
    floors.take(pick->row);
  }
}

void pick_first(const ClassAmounts& amounts, const PoolTask& pool, int64_t floor, CoveredClasses& covered, Ranking& ranking) {
  for (const int64_t row : pool.chosen.rows) add_pick(covered, {covered.gain(row), row}, ranking);
  if (floor > 0) pick_floors(amounts, pool, floor, covered, ranking);
}

/// Rows that are still to be picked, after those chosen before and those that floors want.
std::vector<int64_t> open_rows(const ClassAmounts& amounts, const PoolTask& pool, int64_t floor, CoveredClasses& covered,
                               Ranking& ranking) {
  pick_first(amounts, pool, floor, covered, ranking);
  std::vector<int64_t> chosen(ranking.order.begin(), ranking.order.end());
  std::ranges::sort(chosen);
  std::vector<int64_t> open;
  std::ranges::set_difference(pool.rows, chosen, std::back_inserter(open));
  return open;
}

class LazyQueue {
 public:
  LazyQueue(const CoveredClasses& covered, const std::vector<int64_t>& rows) : covered_(covered) {
    std::vector<Candidate> all;
    for (const int64_t row : rows) all.push_back({covered.gain(row), row});
    queue_ = std::priority_queue<Candidate>(std::less<Candidate>(), std::move(all));
  }

  Candidate next() {
    asked_.clear();
    size_t best = 0;
    while (!queue_.empty() && (asked_.empty() || queue_.top().most() >= asked_[best].gain)) {
      const int64_t row = queue_.top().row;
      queue_.pop();
      asked_.push_back({covered_.gain(row), row});
      if (asked_[best] < asked_.back()) best = asked_.size() - 1;
    }
    const Candidate pick = asked_[best];
    for (size_t i = 0; i < asked_.size(); ++i) {
      if (i != best) queue_.push(asked_[i]);
    }
    return pick;
  }

 private:
  const CoveredClasses& covered_;
  std::priority_queue<Candidate> queue_;
  std::vector<Candidate> asked_;
};

}  // namespace

CoveredClasses::CoveredClasses(const ClassAmounts& amounts, const PoolTask& pool, const ClassCoverageOptions& options)
    : amounts_(amounts),
      rest_(1 - options.balance),
      most_(options.per_image > 0 ? options.per_image : std::numeric_limits<int64_t>::max()),
      held_(amounts.totals.size()),
      all_(amounts.totals.size()) {
  for (const int64_t row : pool.rows) {
    for (const ClassCount& entry : amounts.of(row)) all_[static_cast<size_t>(entry.label)] += counted(entry);
  }
}

double CoveredClasses::gain(int64_t row) const {
  double sum = 0;
  for (const ClassCount& entry : amounts_.of(row)) {
    const auto c = static_cast<size_t>(entry.label);
    const double more = counted(entry);
    sum += value((held_[c] + more) / all_[c]) - value(held_[c] / all_[c]);
  }
  return sum;
}

void CoveredClasses::take(int64_t row) {
  for (const ClassCount& entry : amounts_.of(row)) held_[static_cast<size_t>(entry.label)] += counted(entry);
}

double CoveredClasses::all() const {
  const auto present = std::ranges::count_if(all_, [](double amount) { return amount > 0; });
  return static_cast<double>(present) * (value(1) - value(0));
}

double CoveredClasses::counted(const ClassCount& entry) const {
  return static_cast<double>(std::min(entry.count, most_));
}

double CoveredClasses::value(double share) const {
  if (rest_ == 0) return std::log(kFloor + share);
  return rest_ == 1 ? share : std::pow(kFloor + share, rest_) / rest_;
}

std::vector<int64_t> rows_picked_first(const ClassAmounts& amounts, const PoolTask& pool, const ClassCoverageOptions& options) {
  Ranking ranking;
  CoveredClasses covered(amounts, pool, options);
  pick_first(amounts, pool, options.floor, covered, ranking);
  return ranking.order;
}

Ranking class_coverage(const ClassAmounts& amounts, const PoolTask& pool, const ClassCoverageOptions& options, const Context& context) {
  DECANT_CHECK(pool.count, <=, std::ssize(pool.rows));
  Ranking ranking;
  CoveredClasses covered(amounts, pool, options);
  Stage stage(context, "picks", pool.count, "picks");
  LazyQueue queue(covered, open_rows(amounts, pool, options.floor, covered, ranking));
  stage.advance(std::ssize(ranking.order));
  for (; std::ssize(ranking.order) < pool.count; stage.advance()) add_pick(covered, queue.next(), ranking);
  return ranking;
}

Ranking class_coverage_plain(const ClassAmounts& amounts, const PoolTask& pool, const ClassCoverageOptions& options) {
  Ranking ranking;
  CoveredClasses covered(amounts, pool, options);
  std::vector<int64_t> open = open_rows(amounts, pool, options.floor, covered, ranking);
  while (std::ssize(ranking.order) < pool.count) {
    Candidate best{-1, 0};
    for (const int64_t row : open) best = std::max(best, {covered.gain(row), row});
    std::erase(open, best.row);
    add_pick(covered, best, ranking);
  }
  return ranking;
}

}  // namespace decant
