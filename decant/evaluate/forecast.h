// How long the trainings will take, said before they start.
//
// A net's pace is seconds for a unit of work. Of a network a unit is a step; the test pictures, forward alone, count a third of a training
// picture each. Of `linear` it is a row trained on (the passes over the rows that it needs are taken to be alike). The pace comes from the
// store, where every evaluation leaves the one it measured, by net, batch, size of the pictures and machine; else some steps are timed, on as
// many workers at once as the runs will have: they share memory and caches then, too.
#pragma once

#include <optional>
#include <string>

#include "decant/base/context.h"
#include "decant/evaluate/evaluate.h"

namespace decant::evaluate {

struct Forecast {
  int64_t trainings = 0;
  int64_t steps = 0;              ///< of each; 0 for `linear`
  int workers = 1;                ///< runs side by side
  std::optional<double> seconds;  ///< nothing when no pace is known, and timing was not worth it
  std::string text() const;       ///< "about 12 min 00 s for 18 trainings of 2,500 steps on 2 threads"
};

enum class Timing { never, when_worth_it };  ///< worth it: the steps timed are less than a fiftieth of those to come

Forecast forecast(const Plan& plan, const Trial& trial, const Options& options, const Trainer& trainer, Store* store, Timing timing,
                  const Context& context);

/// Seconds of `each` trainings of every net, `workers` at a time, at paces that the store knows; nothing where it does not know one, and
/// of `linear`, whose pace is kept by content. Looks at the trial's size and classes alone. Times nothing and reads no row.
std::optional<double> seconds_at_known_pace(int64_t each, int workers, int64_t test_rows, const Trial& trial, const Options& options,
                                            Store& store);

/// Units of work of a run.
double work_of(const Run& run, const Trial& trial, const Options& options);
/// Leaves a measured pace for later forecasts. `store` may be null.
void keep_pace(const std::string& net, double seconds_per_unit, int workers, const Trial& trial, const Options& options, Store* store);

}  // namespace decant::evaluate
