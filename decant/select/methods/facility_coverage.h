// How well the picked rows cover a pool, and what candidates would add: the state that facility
// location's greedy (facility_location.h, where the formulas stand) works on, and its products.
// Seen only from facility_location.cc.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/kernels/excess.h"
#include "decant/select/methods/facility_location.h"
#include "decant/select/methods/parts/pool_rows.h"

namespace decant::facility {

inline constexpr int64_t kMostLookedAt = 512;       // candidates that are looked at together
inline constexpr int64_t kCountedCandidates = 256;  // whose pairs are counted before all are kept

/// v_ij = w_j·sim(i, j).
struct WeightedSimilarity {
  Similarity similarity;
  std::span<const double> weights;

  double weight(int64_t place) const { return weights.empty() ? 1 : weights[static_cast<size_t>(place)]; }
  double largest_weight() const { return weights.empty() ? 1 : *std::ranges::max_element(weights); }
  double value(int64_t place, double cosine) const {
    return weight(place) * (similarity == Similarity::positive_cosine ? std::max(0.0, cosine) : 0.5 + 0.5 * cosine);
  }
};

/// What a candidate gains, or a bound from above: carried on from an older one, from products with
/// everyone, or the gain itself.
enum class Sight : uint8_t { carried, products, exact };
struct Promise {
  double gain = std::numeric_limits<double>::infinity();
  int32_t place = 0;
  int32_t seen = 0;  ///< how many were picked when it was computed
  Sight sight = Sight::carried;
  double added = 0;  ///< what AddedGains said then

  double total() const { return gain + added; }
  /// A max-heap's order: among equals the smaller place is ahead.
  bool operator<(const Promise& other) const { return total() != other.total() ? total() < other.total() : place > other.place; }
};

/// A candidate's pairs with v > c, rows ascending.
struct PairColumn {
  std::vector<int32_t> places;
  std::vector<double> values;
};

/// The pool, how well it is covered, and what candidates would add.
class Coverage {
 public:
  /// REQUIRES: what facility_location() does. `features` and the pool's rows must outlive this.
  Coverage(const Features& features, const PoolTask& pool, const FacilityLocationOptions& options, const Context& context);
  int64_t size() const { return rows_.size(); }

  // The first stage. Bounds are from above.
  std::vector<double> first_bounds() const;                               ///< of all rows, before the first pick: O(n·d²)
  std::vector<double> bounds(std::span<const int32_t> candidates) const;  ///< by products with all rows
  void carry_on(std::span<Promise> promises) const;                       ///< by products with the rows that changed since
  double gain(int32_t candidate) const;                                   ///< the rule
  double cover(int32_t picked);                                           ///< returns its gain()
  /// How many changes of c there were since so many picks.
  int64_t changes_since(int32_t picks) const { return changes() - change_begin_[static_cast<size_t>(picks)]; }
  /// Whether it is known to gain nothing, now and later.
  bool adds_nothing(int32_t candidate) const { return adds_nothing_[static_cast<size_t>(candidate)]; }

  // The second stage: all pairs with v > c are kept.
  double estimated_pairs(int64_t most) const;
  bool keep_pairs(int64_t most);  ///< false where there are more
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
  WeightedSimilarity similarity_;
  double largest_;  ///< weight: products are compared in units of it
  std::vector<double> covered_;
  std::vector<float> bars_;  ///< lower than c by more than float32 can be wrong
  std::vector<float> minus_bars_;
  // Every time that a c rose: which, from where (no lower than float32 can be wrong), and by how
  // much.
  std::vector<int32_t> changed_;
  std::vector<float> risen_from_;
  std::vector<float> risen_by_;
  std::vector<int64_t> change_begin_{0};  ///< of each pick, and the end
  std::vector<bool> adds_nothing_;
  std::vector<PairColumn> pairs_;
};

}  // namespace decant::facility
