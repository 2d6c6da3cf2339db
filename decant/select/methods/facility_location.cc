#include "decant/select/methods/facility_location.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "decant/base/errors.h"
#include "decant/select/methods/facility_coverage.h"

namespace decant {
namespace {

using facility::Coverage;
using facility::kCountedCandidates;
using facility::kMostLookedAt;
using facility::Promise;
using facility::Sight;

constexpr int64_t kFewestLookedAt = 64;       // candidates that are looked at together,
constexpr int64_t kFewestLookedAtAgain = 16;  // the same, of those that are multiplied with everyone
constexpr int64_t kPairsARow = 384;           // that may be kept,
constexpr int64_t kPairsAnyway = 1 << 22;     // and those of a small pool

/// Who is next.
class LazyGreedy {
 public:
  LazyGreedy(Coverage& coverage, const PoolTask& pool, const FacilityLocationOptions& options, const Context& context,
             FacilityLocationCounts& counts)
      : coverage_(coverage),
        pool_(pool),
        added_(options.added),
        context_(context),
        count_(pool.count),
        most_pairs_(options.most_pairs),
        counts_(counts) {
    const auto bounds = coverage.first_bounds();
    for (size_t j = 0; j < bounds.size(); ++j) heap_.push_back(with_added({bounds[j], static_cast<int32_t>(j)}));
    std::make_heap(heap_.begin(), heap_.end());
  }

  /// Picks these first, whatever they gain. Returns them. REQUIRES: nothing is picked yet.
  std::vector<Promise> go_on_from(std::span<const int32_t> places) {
    std::vector<Promise> picks;
    std::vector<bool> taken(heap_.size(), false);
    for (const int32_t place : places) {
      picks.push_back(with_added({coverage_.cover(place), place, picked_++, Sight::exact}));
      if (added_ != nullptr) added_->take(row_of(place));
      taken[static_cast<size_t>(place)] = true;
    }
    std::erase_if(heap_, [&](const Promise& promise) { return taken[static_cast<size_t>(promise.place)]; });
    std::make_heap(heap_.begin(), heap_.end());
    counts_.picks_before_pairs = last_try_ = picked_;
    next_try_ += picked_;
    return picks;
  }

  Promise next() {
    if (!coverage_.has_pairs() && picked_ >= next_try_) try_pairs();
    look_together_ = kFewestLookedAt;
    again_together_ = kFewestLookedAtAgain;
    const Promise best = pop_best();
    if (coverage_.has_pairs())
      coverage_.cover_pairs(best.place);
    else
      coverage_.cover(best.place);
    if (added_ != nullptr) added_->take(row_of(best.place));
    ++picked_;
    if (!coverage_.has_pairs()) ++counts_.picks_before_pairs;
    return best;
  }

 private:
  int64_t row_of(int32_t place) const { return pool_.rows[static_cast<size_t>(place)]; }

  Promise with_added(Promise promise) const {
    if (added_ != nullptr) promise.added = added_->of(row_of(promise.place));
    return promise;
  }

  /// Added gains may rise by rounding: whoever comes that near is asked as well.
  Promise pop_best() {
    Promise best = pop_settled();
    if (added_ == nullptr || best.total() == 0) return best;
    std::vector<Promise> others;
    while (!heap_.empty() && heap_.front().total() + added_->slack() >= best.total()) {
      others.push_back(pop_settled());
      if (best < others.back()) std::swap(best, others.back());
    }
    for (const Promise& other : others) push(other);
    return best;
  }

  Promise pop_settled() {
    while (!settled(heap_.front())) {
      context_.check_cancelled();
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
    return pop();
  }

  /// Gains are never below 0 and never rise, so 0 stays exact.
  bool settled(const Promise& promise) const { return promise.total() == 0 || (promise.seen == picked_ && promise.sight == Sight::exact); }

  Promise pop() {
    std::pop_heap(heap_.begin(), heap_.end());
    const Promise top = heap_.back();
    heap_.pop_back();
    return top;
  }
  void push(const Promise& promise) {
    heap_.push_back(with_added(promise));
    std::push_heap(heap_.begin(), heap_.end());
  }

  /// The first of the heap, as long as they are such, and no more than so many.
  template <class Such>
  std::vector<Promise> take(int64_t most, Such&& such) {
    std::vector<Promise> taken;
    while (!heap_.empty() && heap_.front().total() > 0 && such(heap_.front()) && static_cast<int64_t>(taken.size()) < most) {
      taken.push_back(pop());
    }
    return taken;
  }

  /// Those with the largest old bounds get new ones: from everyone where most rows changed since,
  /// else from those that changed.
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

  /// The pass pays when going on as before would cost as much. Tried again after an eighth more
  /// picks.
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
  const PoolTask& pool_;
  AddedGains* added_;
  const Context& context_;
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

void check_weights(const PoolTask& pool, std::span<const double> weights) {
  DECANT_CHECK(pool.count, <=, static_cast<int64_t>(pool.rows.size()));
  if (!weights.empty()) DECANT_CHECK(weights.size(), ==, pool.rows.size());
  for (const double weight : weights) DECANT_CHECK(weight >= 0 && std::isfinite(weight), ==, true);
}

}  // namespace

Ranking facility_location(const Features& features, const PoolTask& pool, const FacilityLocationOptions& options, const Context& context,
                          FacilityLocationCounts* counts) {
  check_weights(pool, options.weights);
  FacilityLocationCounts unread;
  Ranking ranking;
  if (pool.count == 0) return ranking;
  Stage stage(context, "picks", pool.count, "picks");
  Coverage coverage(features, pool, options, context);
  LazyGreedy greedy(coverage, pool, options, context, counts != nullptr ? *counts : unread);
  const auto add = [&](const Promise& pick) {
    ranking.order.push_back(pool.rows[static_cast<size_t>(pick.place)]);
    ranking.gains.push_back(static_cast<float>(pick.total()));
    stage.advance();
  };
  for (const Promise& pick : greedy.go_on_from(places_in(pool, pool.chosen.rows))) add(pick);
  while (std::ssize(ranking.order) < pool.count) add(greedy.next());
  return ranking;
}

}  // namespace decant
