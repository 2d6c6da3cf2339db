// An estimate of how long an evaluation takes, before it starts.
//
// A pace is seconds for a unit of work (Judge::work()). It comes from the store, where every
// evaluation leaves the one it measured, by net, judge and machine; else the judge times a little,
// as many at once as the runs will be: they share memory and caches then, too.
#pragma once

#include <optional>
#include <string>

#include "decant/base/context.h"
#include "decant/evaluate/evaluate.h"

namespace decant::evaluate {

struct Forecast {
  int64_t trainings = 0;
  int64_t steps = 0;              ///< of each; 0 where none are counted
  int workers = 1;                ///< runs side by side
  std::optional<double> seconds;  ///< nothing when no pace is known, and timing was not worth it
  std::string text() const;       ///< "about 12 min 00 s for 18 trainings of 2,500 steps on 2 threads"
};

enum class Timing { never, when_worth_it };  ///< worth it: timing costs less than a fiftieth of what is to come

Forecast forecast(const Plan& plan, const Judge& judge, const Options& options, Store* store, Timing timing, const Context& context);

/// Seconds of `each` runs of every net, `workers` at a time, at paces that the store knows; nothing
/// where it does not know one. Times nothing and reads no row. Of a judge whose work depends on the
/// rows: as if there were none.
std::optional<double> seconds_at_known_pace(int64_t each, int workers, const Judge& judge, const Options& options, Store& store);

/// Leaves a measured pace for later forecasts. `store` may be null.
void keep_pace(const std::string& net, double seconds_per_unit, int workers, const Judge& judge, const Options& options, Store* store);

}  // namespace decant::evaluate
