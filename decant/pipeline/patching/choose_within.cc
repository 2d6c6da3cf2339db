#include "decant/pipeline/patching/choose_within.h"

#include <algorithm>
#include <cmath>

namespace decant {
namespace {

constexpr int kTries = 5;
constexpr double kSpare = 1.005;  // chosen beyond what the length so far suggests
constexpr double kMuch = 1.02;    // more than this is chosen anew

ChosenRows nearest_choice(SetSizes& sizes, int64_t budget, const std::function<ChosenRows(int64_t count)>& choose,
                          const std::function<Subset(const ChosenRows& chosen, int64_t count)>& draw) {
  const int64_t most = sizes.most_rows();
  int64_t count = std::min(most, sizes.about(budget));
  ChosenRows chosen = choose(count);
  ChosenRows best = chosen;
  double best_held = 0;  // of the budget: the least of those that hold it, else the most
  for (int tries = 1; chosen.selection.serves_to < most; ++tries) {
    const double held = static_cast<double>(sizes.total(draw(chosen, count))) / static_cast<double>(budget);
    const bool better = best_held >= 1 ? held >= 1 && held < best_held : held > best_held;
    if (better) best = chosen, best_held = held;
    const double wanted = held > 0 ? std::ceil(static_cast<double>(count) * kSpare / held) : static_cast<double>(most);
    const auto next = static_cast<int64_t>(std::clamp(wanted, 1.0, static_cast<double>(most)));
    if ((held >= 1 && held <= kMuch) || next == count || tries == kTries) return best;
    count = next;
    chosen = choose(count);
  }
  return chosen;
}

}  // namespace

ChosenRows choose_within(SetSizes& sizes, int64_t budget, const std::function<ChosenRows(int64_t count)>& choose,
                         const std::function<Subset(const ChosenRows& chosen, int64_t count)>& draw) {
  ChosenRows chosen = nearest_choice(sizes, budget, choose, draw);
  chosen.selection.serves_from = 1;
  return chosen;
}

}  // namespace decant
