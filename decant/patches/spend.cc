#include "decant/patches/spend.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/base/text.h"

namespace decant::patches {
namespace {

constexpr size_t kSample = 384;  // rows that the search looks at before it asks all
constexpr size_t kFewRows = 64;  // whose pixels are looked at

/// What rows take on each step, asked once.
class StepTable {
 public:
  StepTable(const Subset& rows, const StepBytes& bytes_of, const Context& context) : rows_(rows), bytes_of_(bytes_of), context_(context) {}

  const std::vector<int64_t>& bytes(int step) {
    auto& known = known_[step];
    if (!known.empty() || rows_.empty()) return known;
    known.resize(rows_.size());
    parallel_for(context_, std::ssize(rows_), 32, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) known[i] = bytes_of_(rows_[i], step);
    });
    return known;
  }

  int64_t total(int step) {
    const std::vector<int64_t>& all = bytes(step);
    return std::accumulate(all.begin(), all.end(), int64_t{0});
  }

 private:
  const Subset& rows_;
  const StepBytes& bytes_of_;
  const Context& context_;
  std::map<int, std::vector<int64_t>> known_;
};

/// The first step at which `total(step)` ≤ budget, or steps − 1.
template <class Total>
int first_within(int steps, Total&& total, double budget) {
  int low = 0;
  int high = steps - 1;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (total(middle) <= budget)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

/// From where the sample points to the step at which all rows fit, and the one above does not.
int settled_step(StepTable& all, int guess, int steps, int64_t budget) {
  while (guess + 1 < steps && all.total(guess) > budget) ++guess;
  while (guess > 0 && all.total(guess) <= budget && all.total(guess - 1) <= budget) --guess;
  return guess;
}

/// As many rows as fit go one step up, in an order by chance.
void lift(Steps& steps, StepTable& all, const Subset& rows, int64_t budget, uint64_t seed) {
  std::vector<size_t> order(rows.size());
  std::iota(order.begin(), order.end(), size_t{0});
  Random(seed, "steps of a byte budget").shuffle(std::span<size_t>(order));
  const std::vector<int64_t>& low = all.bytes(steps.step);
  const std::vector<int64_t>& high = all.bytes(steps.step - 1);
  std::vector<int64_t> above;
  for (const size_t i : order) {
    if (steps.bytes + high[i] - low[i] > budget) continue;
    steps.bytes += high[i] - low[i];
    above.push_back(rows[i]);
  }
  std::ranges::sort(above);
  steps.above = Subset(std::move(above));
}

}  // namespace

StepEstimate estimate_steps(const Subset& rows, int steps, const StepBytes& bytes_of, int64_t budget, const Context& context) {
  DECANT_CHECK(rows.empty(), ==, false);
  const Subset some = some_of(rows, kSample);
  StepTable sample(some, bytes_of, context);
  const double share = static_cast<double>(some.size()) / static_cast<double>(rows.size());
  const auto total = [&](int step) { return static_cast<double>(sample.total(step)); };
  const int step = first_within(steps, total, static_cast<double>(budget) * share);
  return {.step = step, .bytes = total(step) / share};
}

Steps highest_steps(const Subset& rows, int steps, const StepBytes& bytes_of, int64_t budget, uint64_t seed, const Context& context) {
  const int guess = estimate_steps(rows, steps, bytes_of, budget, context).step;
  StepTable all(rows, bytes_of, context);
  Steps found{.step = settled_step(all, guess, steps, budget)};
  found.bytes = all.total(found.step);
  if (found.bytes > budget)
    throw InputError({"", "",
                      fmt::format("{} are too few: the least that can be left takes {}", human_bytes(budget), human_bytes(found.bytes)),
                      "Give more, or keep fewer rows"});
  if (found.step > 0) lift(found, all, rows, budget, seed);
  return found;
}

double worth_of_rows(double rows_per_class) {
  constexpr double kWorth = 0.125;
  constexpr double kMany = 1000;  // rows a class, from which further ones teach next to nothing
  return kWorth * std::clamp(std::log2(kMany / rows_per_class), 0.0, 1.0);
}

double cost_of_coarseness(double mean_square) {
  constexpr double kCost = 0.001;
  constexpr double kUnseen = 36;
  const double decibels = 10 * std::log10(255.0 * 255.0 / std::max(mean_square, 1e-9));
  const double seen = std::max(0.0, kUnseen - decibels);
  return kCost * seen * seen;
}

namespace {

/// ln e of every step but for what all have in common, each worked out once.
class ErrorBySteps {
 public:
  ErrorBySteps(const Subset& rows, const StepBytes& bytes_of, const StepError& error_of, int64_t budget, int64_t classes,
               const Context& context)
      : all_(static_cast<double>(rows.size())),
        some_(some_of(rows, kFewRows)),
        sample_(some_, bytes_of, context),
        error_of_(error_of),
        budget_(static_cast<double>(budget)),
        context_(context) {
    worth_ = worth_of_rows(std::max(1.0, rows_on(0) / static_cast<double>(classes)));
  }

  bool holds_a_row() { return budget_ >= bytes_each(0); }

  double of(int step) {
    const auto [known, is_new] = known_.try_emplace(step, 0);
    if (is_new) known->second = cost_of_coarseness(mean_square(step)) - worth_ * std::log2(rows_on(step));
    return known->second;
  }

 private:
  double bytes_each(int step) { return static_cast<double>(sample_.total(step)) / static_cast<double>(some_.size()); }
  double rows_on(int step) { return std::min(all_, budget_ / bytes_each(step)); }

  double mean_square(int step) {
    std::vector<double> errors(some_.size());
    parallel_for(context_, std::ssize(some_), 1,
                 [&](int64_t i, int64_t) { errors[static_cast<size_t>(i)] = error_of_(some_[static_cast<size_t>(i)], step); });
    return std::accumulate(errors.begin(), errors.end(), 0.0) / static_cast<double>(some_.size());
  }

  double all_;
  Subset some_;
  StepTable sample_;
  const StepError& error_of_;
  double budget_;
  const Context& context_;
  double worth_ = 0;
  std::map<int, double> known_;
};

}  // namespace

int step_beside_rows(const Subset& rows, int steps, const StepBytes& bytes_of, const StepError& error_of, int64_t budget, int64_t classes,
                     const Context& context) {
  DECANT_CHECK(rows.empty(), ==, false);
  ErrorBySteps error(rows, bytes_of, error_of, budget, classes, context);
  if (!error.holds_a_row()) return steps - 1;
  int best = 0;
  const auto look = [&](int from, int to, int stride) {
    for (int step = std::max(0, from); step <= std::min(to, steps - 1); step += stride) {
      if (error.of(step) < error.of(best)) best = step;
    }
  };
  look(0, steps - 1, 8);
  look(best - 6, best + 6, 2);
  look(best - 1, best + 1, 1);
  return best;
}

int64_t largest_count(int64_t most, int64_t guess, const std::function<int64_t(int64_t count)>& bytes_of_count, int64_t budget) {
  const auto fits = [&](int64_t count) { return count == 0 || bytes_of_count(count) <= budget; };
  guess = std::clamp<int64_t>(guess, 0, most);
  int64_t low = guess;  // fits
  int64_t high = most;  // nothing above it does
  int64_t stride = std::max<int64_t>(1, guess / 50);
  if (fits(guess)) {
    for (; low < high; stride *= 2) {
      const int64_t next = std::min(high, low + stride);
      if (!fits(next)) {
        high = next - 1;
        break;
      }
      low = next;
    }
  } else {
    do {
      high = low - 1;
      low = std::max<int64_t>(0, low - stride);
      stride *= 2;
    } while (!fits(low));
  }
  while (low < high) {
    const int64_t middle = low + (high - low + 1) / 2;
    if (fits(middle))
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

}  // namespace decant::patches
