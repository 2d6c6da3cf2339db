#include "decant/select/methods/csod.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"

namespace decant {
namespace {

constexpr int64_t kCsodEntriesAtOnce = 512;
constexpr double kCsodTie = 1e-9;
constexpr size_t kCsodLanes = 8;  // partial sums, in a fixed order whatever the compiler makes of them

double csod_dot(std::span<const float> a, const double* b) {
  double lanes[kCsodLanes] = {};
  const size_t whole = a.size() / kCsodLanes * kCsodLanes;
  for (size_t i = 0; i < whole; i += kCsodLanes) {
    for (size_t k = 0; k < kCsodLanes; ++k) lanes[k] += static_cast<double>(a[i + k]) * b[i + k];
  }
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  for (size_t i = whole; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

class Rotation {
 public:
  Rotation(const ClassAmounts& amounts, const Features& features, const PoolTask& pool, double lambda, const Context& context)
      : amounts_(amounts),
        features_(features),
        pool_(pool),
        context_(context),
        width_(static_cast<size_t>(features.width())),
        scales_(amounts.entries.size()),
        taken_(pool.rows.size()),
        of_class_(amounts.totals.size()),
        wanted_(amounts.totals.size() * width_) {
    parallel_for(context, std::ssize(scales_), kCsodEntriesAtOnce, [&](int64_t begin, int64_t end) {
      std::vector<float> scratch;
      for (int64_t entry = begin; entry < end; ++entry) {
        const std::span<const float> row = features_.row(entry, scratch);
        double sum = 0;
        for (const float value : row) sum += static_cast<double>(value) * static_cast<double>(value);
        scales_[static_cast<size_t>(entry)] = sum > 0 ? 1 / std::sqrt(sum) : 0;
      }
    });
    for (int64_t place = 0; place < std::ssize(pool.rows); ++place) {
      for_entries(place, [&](int64_t entry, int32_t label) {
        of_class_[static_cast<size_t>(label)].push_back({place, entry});
        add(label, entry, lambda);
      });
    }
  }

  Ranking run() {
    Ranking ranking;
    const auto push = [&](int64_t place, double value) {
      take(place);
      ranking.order.push_back(pool_.rows[static_cast<size_t>(place)]);
      ranking.gains.push_back(static_cast<float>(value));
    };
    for (const int32_t place : places_in(pool_, pool_.chosen.rows)) push(place, 0);
    Stage stage(context_, "picks", pool_.count, "picks");
    size_t misses = 0;
    for (size_t turn = 0; std::ssize(ranking.order) < pool_.count && misses < of_class_.size(); turn = (turn + 1) % of_class_.size()) {
      context_.check_cancelled();
      const Best best = best_of(turn);
      misses = best.place < 0 ? misses + 1 : 0;
      if (best.place < 0) continue;
      push(best.place, best.value);
      stage.advance();
    }
    for (int64_t place = 0; std::ssize(ranking.order) < pool_.count; ++place) {
      if (!taken_[static_cast<size_t>(place)]) push(place, 0);
    }
    return ranking;
  }

 private:
  struct Holder {
    int64_t place;  ///< in the pool
    int64_t entry;
  };
  struct Best {
    int64_t place = -1;
    double value = -std::numeric_limits<double>::infinity();
  };

  template <class Each>
  void for_entries(int64_t place, Each each) const {
    const int64_t row = pool_.rows[static_cast<size_t>(place)];
    const int64_t first = amounts_.first[static_cast<size_t>(row)];
    const auto entries = amounts_.of(row);
    for (size_t i = 0; i < entries.size(); ++i) each(first + static_cast<int64_t>(i), entries[i].label);
  }

  double* wanted(size_t label) { return wanted_.data() + label * width_; }

  void add(int32_t label, int64_t entry, double factor) {
    std::vector<float> scratch;
    const std::span<const float> row = features_.row(entry, scratch);
    const double scale = factor * scales_[static_cast<size_t>(entry)];
    double* const sum = wanted(static_cast<size_t>(label));
    for (size_t i = 0; i < width_; ++i) sum[i] += scale * static_cast<double>(row[i]);
  }

  void take(int64_t place) {
    taken_[static_cast<size_t>(place)] = true;
    for_entries(place, [&](int64_t entry, int32_t label) { add(label, entry, -1); });
  }

  /// Of the rows with the class that are not taken; those that are, are forgotten.
  Best best_of(size_t label) {
    std::vector<Holder>& holders = of_class_[label];
    std::erase_if(holders, [&](const Holder& holder) { return taken_[static_cast<size_t>(holder.place)]; });
    std::vector<double> values(holders.size());
    parallel_for(context_, std::ssize(holders), kCsodEntriesAtOnce, [&](int64_t begin, int64_t end) {
      std::vector<float> scratch;
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        const int64_t entry = holders[i].entry;
        values[i] = scales_[static_cast<size_t>(entry)] * csod_dot(features_.row(entry, scratch), wanted(label));
      }
    });
    if (values.empty()) return {};
    const double most = *std::ranges::max_element(values);
    const auto best = std::ranges::find_if(values, [&](double value) { return value >= most - kCsodTie; });
    return {holders[static_cast<size_t>(best - values.begin())].place, *best};
  }

  const ClassAmounts& amounts_;
  const Features& features_;
  const PoolTask& pool_;
  const Context& context_;
  size_t width_;
  std::vector<double> scales_;  ///< 1 over the length of each entry's features; 0 where that is 0
  std::vector<bool> taken_;
  std::vector<std::vector<Holder>> of_class_;  ///< by rising place
  std::vector<double> wanted_;                 ///< λ A_c − B_c, class after class
};

}  // namespace

Ranking csod(const ClassAmounts& amounts, const Features& features, const PoolTask& pool, const CsodOptions& options,
             const Context& context) {
  DECANT_CHECK(features.count(), ==, std::ssize(amounts.entries));
  DECANT_CHECK(pool.count, <=, std::ssize(pool.rows));
  return Rotation(amounts, features, pool, options.lambda, context).run();
}

}  // namespace decant
