#include "decant/dedup/pair_search.h"

#include <cmath>
#include <fmt/format.h>

#include "decant/base/text.h"

namespace decant {
namespace {

void say_it_is_approximate(const ApproximatePairs& found, int64_t rows, int64_t columns, double threshold, const Context& context) {
  if (found.recalls.empty()) return;
  context.warn(
      fmt::format("comparing {} rows of {} columns with each other would take many minutes, so an estimated {} of the pairs at {} were "
                  "looked for; --search exact finds all",
                  human_count(rows), columns, percent_text(recall_at(found.recalls, threshold)), threshold));
}

}  // namespace

const std::vector<std::string>& pair_search_names() {
  static const std::vector<std::string> names = {"exact", "approximate", "auto"};
  return names;
}

bool looks_for_all(PairSearch search, int64_t rows, int64_t columns) {
  const auto count = static_cast<double>(rows);
  return search == PairSearch::exact || (search == PairSearch::automatic && count * count * static_cast<double>(columns) <= kMostProducts);
}

ApproximatePairs search_pairs(const Features& features, std::span<const int64_t> rows, double threshold, PairSearch search, uint64_t seed,
                              const Context& context) {
  if (looks_for_all(search, std::ssize(rows), features.width()))
    return {.pairs = near_pairs(features, rows, threshold, context), .cells = 0, .recalls = {}};
  ApproximatePairs found = approximate_pairs(features, rows, threshold, seed, context);
  if (search == PairSearch::automatic) say_it_is_approximate(found, std::ssize(rows), features.width(), threshold, context);
  return found;
}

std::string percent_text(double recall) {
  return fmt::format("{:.1f} %", std::floor(1000 * recall) / 10);
}

}  // namespace decant
