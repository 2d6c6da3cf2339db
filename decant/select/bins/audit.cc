#include "decant/select/bins/audit.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "decant/base/random.h"
#include "decant/select/engine/linear_pool.h"

namespace decant {
namespace {

/// Positions in `rows` of the order's rows; empty when the order is no permutation.
std::vector<int32_t> positions(std::span<const int64_t> rows, std::span<const int64_t> order) {
  std::vector<int32_t> result;
  std::vector<bool> seen(rows.size(), false);
  for (const int64_t row : order) {
    const auto found = std::lower_bound(rows.begin(), rows.end(), row);
    if (found == rows.end() || *found != row || seen[static_cast<size_t>(found - rows.begin())]) return {};
    seen[static_cast<size_t>(found - rows.begin())] = true;
    result.push_back(static_cast<int32_t>(found - rows.begin()));
  }
  return result.size() == rows.size() ? result : std::vector<int32_t>();
}

/// Ascending picks to look at, one in each of `steps` equal stretches of the order.
std::vector<size_t> draw_steps(size_t picks, int64_t steps, uint64_t seed) {
  Random random(seed, "audit");
  std::vector<size_t> result;
  const auto count = std::min<size_t>(picks, static_cast<size_t>(steps));
  for (size_t i = 0; i < count; ++i) {
    const size_t begin = picks * i / count;
    result.push_back(begin + random.below(picks * (i + 1) / count - begin));
  }
  return result;
}

}  // namespace

std::string audit_cut(const Features& features, std::span<const int64_t> rows, const CutOptions& options, const GreedyResult& result,
                      int64_t steps, uint64_t seed, const Context& context) {
  const auto order = positions(rows, result.order);
  if (order.size() != rows.size()) return "the order is not a permutation of the pool";
  const auto audited = draw_steps(order.size(), steps, seed);
  LinearPool pool(features, rows, linear_form(options.function, options.lambda), context);
  std::vector<bool> taken(rows.size(), false);
  std::vector<int32_t> unpicked;
  std::vector<double> scores;
  const auto gather = [&] {
    unpicked.clear();
    for (size_t i = 0; i < taken.size(); ++i) {
      if (!taken[i]) unpicked.push_back(static_cast<int32_t>(i));
    }
  };
  auto next = audited.begin();
  for (size_t bin = 0; bin + 1 < result.bin_begin.size(); ++bin) {
    gather();
    pool.begin_bin(unpicked);
    for (auto i = static_cast<size_t>(result.bin_begin[bin]); i < static_cast<size_t>(result.bin_begin[bin + 1]); ++i) {
      if (next != audited.end() && *next == i) {
        ++next;
        gather();
        scores.resize(unpicked.size());
        pool.scores(unpicked, scores);
        const auto best = static_cast<size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
        if (unpicked[best] != order[i]) {
          return fmt::format("pick {} is row {}, but row {} scores higher", i, result.order[i], rows[static_cast<size_t>(unpicked[best])]);
        }
      }
      pool.pick(order[i]);
      taken[static_cast<size_t>(order[i])] = true;
    }
  }
  return "";
}

}  // namespace decant
