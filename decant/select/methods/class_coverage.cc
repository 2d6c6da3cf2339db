#include "decant/select/methods/class_coverage.h"

#include <algorithm>
#include <cmath>
#include <queue>
#include <vector>

#include "decant/base/errors.h"

namespace decant {
namespace {

constexpr double kFloor = 1e-3;  // ε
constexpr double kSlack = 1e-9;  // of a gain: more than rounding can add to one that must fall

/// What the picks hold, and what a row would add.
class Covered {
 public:
  Covered(const ClassAmounts& amounts, const PoolTask& pool, double balance)
      : amounts_(amounts), rest_(1 - balance), held_(amounts.totals.size()), all_(amounts.totals.size()) {
    for (const int64_t row : pool.rows) {
      for (const ClassCount& entry : amounts.of(row)) all_[static_cast<size_t>(entry.label)] += static_cast<double>(entry.count);
    }
  }

  double gain(int64_t row) const {
    double sum = 0;
    for (const ClassCount& entry : amounts_.of(row)) {
      const auto c = static_cast<size_t>(entry.label);
      const auto more = static_cast<double>(entry.count);
      sum += value((held_[c] + more) / all_[c]) - value(held_[c] / all_[c]);
    }
    return sum;
  }

  void take(int64_t row) {
    for (const ClassCount& entry : amounts_.of(row)) held_[static_cast<size_t>(entry.label)] += static_cast<double>(entry.count);
  }

 private:
  double value(double share) const {
    if (rest_ == 0) return std::log(kFloor + share);
    return rest_ == 1 ? share : std::pow(kFloor + share, rest_) / rest_;
  }

  const ClassAmounts& amounts_;
  double rest_;               ///< 1 − b
  std::vector<double> held_;  ///< of each class; whole numbers, so sums are exact
  std::vector<double> all_;
};

struct Candidate {
  double gain;
  int64_t row;
  double most() const { return gain + kSlack * (1 + gain); }
  /// Less is taken later.
  bool operator<(const Candidate& other) const { return gain != other.gain ? gain < other.gain : row > other.row; }
};

void add_pick(Covered& covered, const Candidate& pick, Ranking& ranking) {
  covered.take(pick.row);
  ranking.order.push_back(pick.row);
  ranking.gains.push_back(static_cast<float>(pick.gain));
}

/// Rows that are still to be picked, after those chosen before.
std::vector<int64_t> open_rows(const PoolTask& pool, Covered& covered, Ranking& ranking) {
  for (const int64_t row : pool.chosen.rows) add_pick(covered, {covered.gain(row), row}, ranking);
  std::vector<int64_t> chosen(pool.chosen.rows.begin(), pool.chosen.rows.end());
  std::ranges::sort(chosen);
  std::vector<int64_t> open;
  std::ranges::set_difference(pool.rows, chosen, std::back_inserter(open));
  return open;
}

class LazyQueue {
 public:
  LazyQueue(const Covered& covered, const std::vector<int64_t>& rows) : covered_(covered) {
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
  const Covered& covered_;
  std::priority_queue<Candidate> queue_;
  std::vector<Candidate> asked_;
};

}  // namespace

Ranking class_coverage(const ClassAmounts& amounts, const PoolTask& pool, const ClassCoverageOptions& options, const Context& context) {
  DECANT_CHECK(pool.count, <=, std::ssize(pool.rows));
  Ranking ranking;
  Covered covered(amounts, pool, options.balance);
  Stage stage(context, "picks", pool.count, "picks");
  LazyQueue queue(covered, open_rows(pool, covered, ranking));
  stage.advance(std::ssize(ranking.order));
  for (; std::ssize(ranking.order) < pool.count; stage.advance()) add_pick(covered, queue.next(), ranking);
  return ranking;
}

Ranking class_coverage_plain(const ClassAmounts& amounts, const PoolTask& pool, const ClassCoverageOptions& options) {
  Ranking ranking;
  Covered covered(amounts, pool, options.balance);
  std::vector<int64_t> open = open_rows(pool, covered, ranking);
  while (std::ssize(ranking.order) < pool.count) {
    Candidate best{-1, 0};
    for (const int64_t row : open) best = std::max(best, {covered.gain(row), row});
    std::erase(open, best.row);
    add_pick(covered, best, ranking);
  }
  return ranking;
}

}  // namespace decant
