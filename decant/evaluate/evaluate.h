// Evidence: networks trained on the full set, on random rows of the same number, and on the small set, side by side.
//
// Every run takes the same number of steps, so a small set is not punished for being small, and is judged once, by its final weights
// on held-out rows (never by the best epoch, which would be chosen on the test set). Seed s of every arm shares initial weights and
// augmentation; the random arm draws fresh rows for every seed. On a CPU each run has one thread, and as many runs go side by side as
// there are threads: the numbers do not depend on the machine's core count.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/data/dataset.h"
#include "decant/data/selection.h"
#include "decant/train/train.h"

namespace decant::evaluate {

/// train::train, or something a test makes up. Called from several threads at once.
using Trainer = std::function<train::TrainResult(const train::TrainJob&, const Context&)>;

/// One of the things compared.
struct Arm {
  std::string name;  ///< "full", "random", "small"
  const Rows* rows = nullptr;
  Subset reach;                                 ///< every row that subset() may name, ascending; decoded once for all runs
  std::function<Subset(uint64_t seed)> subset;  ///< rows to train on for that seed; ascending
};

struct Options {
  std::vector<std::string> nets = {"quick"};
  int seeds = 3;                 ///< seeds 0 … seeds−1 are added to training.seed
  train::TrainOptions training;  ///< everything but net and seed
};

struct Cell {
  std::string net;
  std::string set;
  int64_t rows = 0;
  std::vector<double> accuracy;  ///< one per seed, 0…1
  double mean = 0;
  double ci95 = 0;  ///< half width; infinite for one seed
  int64_t steps = 0;
  double seconds = 0;  ///< of all seeds, summed
};

struct Evidence {
  std::string protocol;  ///< one line that says how the numbers were made
  int64_t test_rows = 0;
  std::vector<Cell> cells;  ///< net after net, arms in the order given

  const Cell* find(std::string_view net, std::string_view set) const;
};

/// Cost: nets × arms × seeds trainings. Throws what the trainer throws; the other runs are stopped then.
Evidence evaluate(const std::vector<Arm>& arms, const Rows& test, int classes, const Options& options, const Trainer& trainer,
                  const Context& context);

/// {"protocol", "test_rows", "results": [{net, set, rows, accuracy, mean, ci95, steps, seconds}]}; an infinite ci95 becomes null.
Json to_json(const Evidence& evidence);
Json to_json(const Cell& cell);

/// What the numbers say, in one sentence a net: small against random (95 % interval of the difference, Welch) and against full.
std::vector<std::string> verdicts(const Evidence& evidence);

}  // namespace decant::evaluate
