// plan: what a run would cost, before anything is done.
#pragma once

#include <string>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/pipeline/bins.h"
#include "decant/pipeline/compress.h"

namespace decant {

/// What `compress` with these options will need:
///
///   verb          "compress"
///   rows, kept    numbers of rows; bad rows are not looked for
///   pools         how many are cut, 0 for random rows; columns: of the features
///   memory_bytes  the highest resident memory, without the mapped input and features given as files, which the system can drop
///   mapped_bytes  these
///   disk_bytes    the output; cache_bytes: computed features that are kept
///   seconds       of `stages`, a list of {"name","seconds"}
///   unknown       names of stages whose time and memory are not known, and left out: features from a network depend on the network
///                 and its device
///   mean_cosine   of two rows of a pool, over at most 2,000 rows that are read from features that are there; null where there are none.
///                 Rows with a common mean (0.1 and more) are cut in little more than linear time, others (0.001) in quadratic time.
///
/// Counts times the constants of plan_costs.h; good to a factor of about two in time. Throws what opening the input throws.
Json plan(const CompressOptions& options, const Context& context);

/// The same of `bins`: "verb" is "bins", and nothing is kept.
Json plan(const BinsOptions& options, const Context& context);

/// What the data set is for: of a matrix, or shards of one, the bins; of anything else compress.
Json plan_what_fits(const CompressOptions& options, const Context& context);

std::string plan_text(const Json& planned);

}  // namespace decant
