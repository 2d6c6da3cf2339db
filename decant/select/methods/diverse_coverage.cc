#include "decant/select/methods/diverse_coverage.h"

#include "decant/select/methods/facility_location.h"

namespace decant {
namespace {

constexpr double kSlackOfGains = 1e-9;  // of F: far more than rounding adds

/// Gains of F in units in which L's are sums over rows.
class ClassGains final : public AddedGains {
 public:
  ClassGains(CoveredClasses covered, double scale) : covered_(std::move(covered)), scale_(scale) {}

  double of(int64_t row) const override { return scale_ * covered_.gain(row); }
  void take(int64_t row) override { covered_.take(row); }
  double slack() const override { return scale_ * kSlackOfGains; }

 private:
  CoveredClasses covered_;
  double scale_;
};

/// (1 − μ)/F(V) next to μ/|V|; 0 in a pool without objects.
double scale_of(const CoveredClasses& covered, const PoolTask& pool, double diversity) {
  const double all = covered.all();
  return all > 0 ? (1 - diversity) / diversity * static_cast<double>(pool.rows.size()) / all : 0;
}

}  // namespace

Ranking diverse_coverage(const ClassAmounts& amounts, const Features& features, const PoolTask& pool, const DiverseCoverageOptions& options,
                         const Context& context) {
  if (options.diversity == 0) return class_coverage(amounts, pool, options.classes, context);
  const CoveredClasses covered(amounts, pool, options.classes);
  ClassGains gains(covered, scale_of(covered, pool, options.diversity));
  const std::vector<int64_t> first = rows_picked_first(amounts, pool, options.classes);
  PoolTask rest = pool;
  rest.chosen.rows = first;
  Ranking ranking = facility_location(features, rest, {.added = &gains}, context);
  const double unit = options.diversity / static_cast<double>(pool.rows.size());
  for (float& gain : ranking.gains) gain = static_cast<float>(unit * gain);
  return ranking;
}

}  // namespace decant
