#include "decant/select/methods/toward.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/select/methods/parts/pool_rows.h"

namespace decant {
namespace {

constexpr int64_t kCosinesAtOnce = 2048;
constexpr int64_t kFewestListed = 16;  // rows of a target's list

struct Taken {
  int64_t place;
  double value;
};

std::vector<int64_t> every_row(const Features& features) {
  std::vector<int64_t> rows(static_cast<size_t>(features.count()));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

/// Pool and targets, and which rows are taken.
class TargetedPool {
 public:
  TargetedPool(const Features& features, const Features& targets, const PoolTask& pool, const Context& context)
      : context_(context), rows_(features, pool.rows, context), targets_(targets, every_row(targets), context), taken_(pool.rows.size()) {
    for (int64_t target = 0; target < targets_.size(); ++target) {
      if (targets_.scale(target) > 0) turns_.push_back(target);
    }
    if (turns_.empty())
      throw InputError({"", "", "the targets have no direction: all their features are zero", "Give targets of the same kind as the rows"});
  }

  int64_t targets() const { return std::ssize(turns_); }
  bool taken(int64_t place) const { return taken_[static_cast<size_t>(place)]; }
  void take(int64_t place) { taken_[static_cast<size_t>(place)] = true; }

  /// cos of every row with the target of a turn.
  std::vector<double> to_target(int64_t turn) const {
    const int64_t target = turns_[static_cast<size_t>(turn)];
    const auto query = targets_.query(target);
    return cosines([&](int64_t begin, std::span<double> out) {
      rows_.dots(query, begin, out);
      for (size_t k = 0; k < out.size(); ++k) out[k] *= rows_.scale(begin + static_cast<int64_t>(k)) * targets_.scale(target);
    });
  }
  /// cos of every row with one of them.
  std::vector<double> to_row(int64_t place) const {
    const auto query = rows_.query(place);
    return cosines([&](int64_t begin, std::span<double> out) { rows_.cosines(place, query, begin, out); });
  }

 private:
  template <class Write>
  std::vector<double> cosines(Write&& write) const {
    std::vector<double> all(taken_.size());
    parallel_for(context_, std::ssize(all), kCosinesAtOnce, [&](int64_t begin, int64_t end) {
      write(begin, std::span(all).subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
    });
    return all;
  }

  Context context_;
  PoolRows rows_;
  PoolRows targets_;
  std::vector<int64_t> turns_;  ///< targets with a direction
  std::vector<bool> taken_;
};

/// Rows by their cosine alone: every target has a list of its nearest, made again when it runs out.
class NearestFirst {
 public:
  NearestFirst(TargetedPool& pool, int64_t count)
      : pool_(pool), listed_(std::max(kFewestListed, 2 * (count / pool.targets() + 1))), lists_(static_cast<size_t>(pool.targets())) {}

  Taken next(int64_t turn) {
    auto& list = lists_[static_cast<size_t>(turn)];
    while (!list.empty() && pool_.taken(list.back().place)) list.pop_back();
    if (list.empty()) list = nearest(turn);
    const Taken best = list.back();
    list.pop_back();
    pool_.take(best.place);
    return best;
  }

 private:
  /// The nearest rows that are not taken, the nearest last.
  std::vector<Taken> nearest(int64_t turn) const {
    const std::vector<double> cosines = pool_.to_target(turn);
    std::vector<Taken> all;
    for (int64_t place = 0; place < std::ssize(cosines); ++place) {
      if (!pool_.taken(place)) all.push_back({place, cosines[static_cast<size_t>(place)]});
    }
    const auto nearer = [](const Taken& a, const Taken& b) { return std::pair(-a.value, a.place) < std::pair(-b.value, b.place); };
    const auto end = all.begin() + std::min(listed_, std::ssize(all));
    std::ranges::partial_sort(all, end, nearer);
    std::vector<Taken> list(all.begin(), end);
    std::ranges::reverse(list);
    return list;
  }

  TargetedPool& pool_;
  int64_t listed_;
  std::vector<std::vector<Taken>> lists_;
};

/// Rows that are near the target and far from those that are taken.
class NearAndNew {
 public:
  NearAndNew(TargetedPool& pool, int64_t rows, double diversity)
      : pool_(pool), diversity_(diversity), redundant_(static_cast<size_t>(rows)) {}

  Taken next(int64_t turn) {
    const std::vector<double> cosines = pool_.to_target(turn);
    Taken best{-1, -std::numeric_limits<double>::infinity()};
    for (int64_t place = 0; place < std::ssize(cosines); ++place) {
      const double value = (1 - diversity_) * cosines[static_cast<size_t>(place)] - diversity_ * redundant_[static_cast<size_t>(place)];
      if (!pool_.taken(place) && value > best.value) best = {place, value};
    }
    pool_.take(best.place);
    note(pool_.to_row(best.place));
    return best;
  }

 private:
  void note(const std::vector<double>& cosines) {
    for (size_t i = 0; i < cosines.size(); ++i) redundant_[i] = none_ ? cosines[i] : std::max(redundant_[i], cosines[i]);
    none_ = false;
  }

  TargetedPool& pool_;
  double diversity_;
  bool none_ = true;               ///< is taken
  std::vector<double> redundant_;  ///< max cos with those that are taken
};

template <class Picker>
Ranking take_turns(Picker picker, const TargetedPool& targeted, const PoolTask& pool, const Context& context) {
  Stage stage(context, "picks", pool.count, "picks");
  Ranking ranking;
  for (int64_t i = 0; i < pool.count; ++i) {
    context.check_cancelled();
    const Taken taken = picker.next(i % targeted.targets());
    ranking.order.push_back(pool.rows[static_cast<size_t>(taken.place)]);
    ranking.gains.push_back(static_cast<float>(taken.value));
    stage.advance();
  }
  return ranking;
}

}  // namespace

Ranking toward(const Features& features, const Features& targets, const PoolTask& pool, const TowardOptions& options,
               const Context& context) {
  DECANT_CHECK(pool.count, <=, std::ssize(pool.rows));
  DECANT_CHECK(features.width(), ==, targets.width());
  DECANT_CHECK(options.diversity >= 0 && options.diversity <= 1, ==, true);
  TargetedPool targeted(features, targets, pool, context);
  if (options.diversity == 0) return take_turns(NearestFirst(targeted, pool.count), targeted, pool, context);
  return take_turns(NearAndNew(targeted, std::ssize(pool.rows), options.diversity), targeted, pool, context);
}

}  // namespace decant
