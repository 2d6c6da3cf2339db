// What a run would need, as `plan` and `--dry-run` say it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/json_fwd.h"

namespace decant {

struct PlanEstimate {
  struct Stage {
    std::string name;
    double seconds = 0;
    bool operator==(const Stage&) const = default;
  };

  std::string verb;             ///< "compress" or "bins"
  std::string method;           ///< never "auto": the one that would be taken
  int64_t rows = 0;             ///< of the training split; bad rows are not looked for
  std::optional<int64_t> kept;  ///< of compress; bins keep every row
  /// What becomes of pictures: of a budget of bytes "quality 47 to quality 48", of --tile how many
  /// sheets of what kind and bytes; empty = nothing.
  std::string spent;
  int64_t pools = 0;         ///< that are chosen from; 0 = features are not looked at
  int64_t columns = 0;       ///< of the features; 0 likewise
  int64_t memory_bytes = 0;  ///< highest resident memory, without `mapped_bytes`
  int64_t mapped_bytes = 0;  ///< the input, and features given as files, which the system can drop
  int64_t disk_bytes = 0;    ///< of the output
  int64_t cache_bytes = 0;   ///< of computed features, which are kept
  std::vector<Stage> stages;
  /// Stages whose time and memory are not estimated, and in no sum: a method by name, or "features"
  /// for those from a network or of cut-out objects.
  std::vector<std::string> unknown;
  /// Of two rows of a pool, over about 2,000 rows of features that are there, or as many as can be
  /// read in a second. Rows with a common mean (0.1 and more) are cut in little more than linear
  /// time, others (0.001) in quadratic time.
  std::optional<double> mean_cosine;

  double seconds() const;  ///< of all stages
  bool operator==(const PlanEstimate&) const = default;
};

/// Every field under its name, "seconds", and "not_checked", a list of what was not looked at;
/// "kept" only of compress, "spent" only of a budget that buys quality or resolution, "mean_cosine"
/// null where it is not known.
Json to_json(const PlanEstimate& plan);

/// The same for people, in lines.
std::string plan_text(const PlanEstimate& plan);

}  // namespace decant
