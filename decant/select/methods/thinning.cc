#include "decant/select/methods/thinning.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/select/neighbours.h"

namespace decant {
namespace {

constexpr int64_t kFewestThinned = 20;  // the paper's K
constexpr int64_t kMostThinned = 200;
constexpr double kNoDeletion = 40;  // exp(−40) is below 2⁻³²: the strength at which all rows stay
constexpr int kBisections = 40;
constexpr int64_t kDrawn = 1024;

/// What a walk left.
struct Thinned {
  std::vector<int64_t> kept;     ///< places in the order of the visit
  std::vector<int32_t> deleted;  ///< beside `kept`: how many
};

class Walk {
 public:
  Walk(const Neighbours& neighbours, const Pool& pool, uint64_t seed, const Context& context)
      : neighbours_(neighbours),
        order_(Random(seed, "thinning order", static_cast<uint32_t>(pool.number)).permutation(static_cast<int64_t>(pool.rows.size()))),
        bits_(neighbours.places.size()) {
    parallel_for(context, static_cast<int64_t>(pool.rows.size()), kDrawn, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        Random random(seed, "thinning", static_cast<uint64_t>(pool.rows[static_cast<size_t>(i)]));
        for (int64_t k = 0; k < neighbours.each; ++k) bits_[static_cast<size_t>(i * neighbours.each + k)] = random.bits32();
      }
    });
  }

  Thinned at(double strength) const {
    enum : uint8_t { kUndecided, kKept, kDeleted };
    std::vector<uint64_t> below;  // p_k in units of 2⁻³²
    for (int64_t k = 1; k <= neighbours_.each; ++k)
      below.push_back(static_cast<uint64_t>(std::ldexp(std::exp(-strength * static_cast<double>(k)), 32)));
    std::vector<uint8_t> state(order_.size(), kUndecided);
    Thinned result;
    for (const int64_t place : order_) {
      if (state[static_cast<size_t>(place)] == kDeleted) continue;
      state[static_cast<size_t>(place)] = kKept;
      int32_t deleted = 0;
      const auto near = neighbours_.of(place);
      const auto bits = std::span(bits_).subspan(static_cast<size_t>(place * neighbours_.each), near.size());
      for (size_t k = 0; k < near.size(); ++k) {
        uint8_t& other = state[static_cast<size_t>(near[k])];
        if (other != kUndecided || bits[k] >= below[k]) continue;
        other = kDeleted;
        ++deleted;
      }
      result.kept.push_back(place);
      result.deleted.push_back(deleted);
    }
    return result;
  }

 private:
  const Neighbours& neighbours_;
  std::vector<int64_t> order_;
  std::vector<uint32_t> bits_;  ///< of (row, k)
};

struct Solved {
  double strength = 0;
  Thinned left;
};

/// The walk that leaves the fewest rows, but at least `count`. kNoDeletion leaves all, so there is one.
Solved solve_strength(const Walk& walk, size_t count, const Context& context) {
  Solved best{0, walk.at(0)};
  if (best.left.kept.size() >= count) return best;
  best = {kNoDeletion, walk.at(kNoDeletion)};
  double weak = kNoDeletion;  // enough rows here
  double strong = 0;
  for (int step = 0; step < kBisections && best.left.kept.size() > count; ++step) {
    context.check_cancelled();
    const double middle = 0.5 * (weak + strong);
    Thinned left = walk.at(middle);
    const bool enough = left.kept.size() >= count;
    (enough ? weak : strong) = middle;
    if (enough && left.kept.size() < best.left.kept.size()) best = {middle, std::move(left)};
  }
  return best;
}

/// Removes rows at random until `count` are left, which stay in their order.
void trim(Thinned& left, size_t count, Random random) {
  auto order = random.permutation(static_cast<int64_t>(left.kept.size()));
  order.resize(count);
  std::ranges::sort(order);
  for (size_t i = 0; i < count; ++i) {
    left.kept[i] = left.kept[static_cast<size_t>(order[i])];
    left.deleted[i] = left.deleted[static_cast<size_t>(order[i])];
  }
  left.kept.resize(count);
  left.deleted.resize(count);
}

}  // namespace

int64_t thinning_neighbours(int64_t count, int64_t rows) {
  const double ratio = static_cast<double>(count) / static_cast<double>(std::max(int64_t{1}, rows));
  int64_t neighbours = kFewestThinned;
  while (neighbours < kMostThinned && std::log1p(static_cast<double>(neighbours)) > 0.8 * ratio * static_cast<double>(neighbours))
    ++neighbours;
  return neighbours;
}

Ranking thinning(const Features& features, const Pool& pool, const ThinningOptions& options, const Context& context) {
  if (options.neighbours < 0)
    throw InputError({"", "", fmt::format("thinning by {} neighbours", options.neighbours), "Give a number from 1 on, or 0 for the usual"});
  const auto rows = static_cast<int64_t>(pool.rows.size());
  const int64_t k = options.neighbours > 0 ? options.neighbours : thinning_neighbours(pool.count, rows);
  const Neighbours neighbours = nearest_neighbours(features, pool.rows, k, context);
  const auto count = static_cast<size_t>(pool.count);
  Solved solved = solve_strength(Walk(neighbours, pool, options.seed, context), count, context);
  context.info(fmt::format("pool {}: thinned to {} of {} rows by {} neighbours at strength {:.4g}, then to {}", pool.number,
                           solved.left.kept.size(), rows, neighbours.each, solved.strength, count));
  trim(solved.left, count, Random(options.seed, "thinning trim", static_cast<uint32_t>(pool.number)));
  Ranking ranking;
  for (size_t i = 0; i < count; ++i) {
    ranking.order.push_back(pool.rows[static_cast<size_t>(solved.left.kept[i])]);
    ranking.gains.push_back(static_cast<float>(1 + solved.left.deleted[i]));
  }
  return ranking;
}

}  // namespace decant
