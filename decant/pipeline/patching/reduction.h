// What is done to the pictures of a small set, as a whole: asked of `compress`, and asked again of
// `sample`, which reads it from the run's record.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "decant/data/run_record.h"
#include "decant/pipeline/patching/byte_budget.h"

namespace decant {

struct AskedReduction {
  ReduceOptions options;       ///< device and cache, too
  std::string spend = "rows";  ///< what the budget buys
  int64_t budget = 0;          ///< bytes; 0 = none
  uint64_t seed = 0;
};

/// The kept pictures reduced. A budget that buys rows as well buys quality with what they leave of
/// it, as context.info() says. Throws what reduce() and spend_on_pictures() throw.
Spent reduce_pictures(const AskedReduction& asked, const Input& input, const Subset& kept, const Context& context);

/// What a run did to its pictures, to be done to `count` rows: a budget is as many bytes for each.
/// `input` is the data set of the run. Nothing where pictures were kept as they are, and where the
/// record does not say what was done.
std::optional<AskedReduction> recorded_reduction(const RunRecord& run, const Dataset& input, int64_t count);

/// The same as options of a run of its own, of the names that `compress` records them by.
std::vector<std::pair<std::string, OptionValue>> recorded_options_of(AskedReduction asked);

}  // namespace decant
