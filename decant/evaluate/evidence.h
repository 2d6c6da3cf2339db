// What the trainings showed: accuracies by net and set, and differences that are worth their name.
//
// Seed s of every set shares initial weights and augmentation, so sets are compared seed by seed: the mean of the differences with its 95 %
// interval by t (paired_difference(), base/statistics.h). A set is compared with random rows of the same number, never of another.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/json_fwd.h"
#include "decant/base/statistics.h"

namespace decant::evaluate {

struct Cell {
  std::string net;
  std::string set;
  int64_t rows = 0;
  std::vector<double> accuracy;  ///< one per seed, 0…1
  double mean = 0;
  double ci95 = 0;  ///< half width; infinite for one seed
  int64_t steps = 0;
  double seconds = 0;  ///< of all seeds, summed
  double keep = 0;     ///< rows as a share of the full set's
  std::string protocol;
  std::vector<uint64_t> seeds;
  std::optional<Estimate> against_random;  ///< to random rows of the same number; of full, when random has one number only
  std::optional<Estimate> against_full;
};

/// One net's opinion of the sets of one size, beside that of the first net.
struct Order {
  std::string net;
  int64_t rows = 0;
  std::vector<std::string> best_first;  ///< by mean; full is not among them: it would come first nearly always and flatter τ
  double tau = 0;                       ///< Kendall's τ-b of the means with the first net's; NaN where a net sees no order
  double gain_kept = 0;  ///< Σ of what the sets gain over random, as a share of that with the first net; NaN where that is not positive
};

struct Cost {
  double wall_seconds = 0;
  double train_seconds = 0;   ///< of the runs that were trained now, summed
  double idle_seconds = 0;    ///< of a worker, on average: the last runs leave others without work
  double choose_seconds = 0;  ///< spent choosing rows, which is no part of judging them
  int workers = 1;            ///< runs side by side
  int64_t trained = 0;
  int64_t known = 0;
  /// What judging cost beyond training, as a share of the training: (wall − idle − choosing) · workers / train − 1. NaN without training.
  double share() const;
};

struct Evidence {
  std::string protocol;  ///< one line that says how the numbers were made
  int64_t test_rows = 0;
  std::vector<Cell> cells;  ///< net after net, sets in the order given
  Cost cost;

  std::vector<std::string> nets() const;
  const Cell* find(std::string_view net, std::string_view set) const;
  const Cell* find(std::string_view net, std::string_view set, int64_t rows) const;
};

/// Fills in means, intervals and differences from the accuracies.
void compare(Evidence& evidence);

/// For each size with two sets or more, the opinion of each net, the first net's among them; nothing for a single net.
std::vector<Order> orders(const Evidence& evidence);

/// {"protocol", "test_rows", "results": [cell …], "orders": [{net, rows, order, tau, gain_kept}], "overhead": {…}}; what is infinite or no
/// number becomes null.
Json to_json(const Evidence& evidence);
/// {net, set, rows, keep, protocol, seeds, accuracy, mean, ci95, against_random: {mean, ci95} or null, against_full, steps, seconds}
Json to_json(const Cell& cell);

/// What the numbers say, in one sentence for each net and chosen set: against random rows of the same number, and against full.
std::vector<std::string> verdicts(const Evidence& evidence);

}  // namespace decant::evaluate
