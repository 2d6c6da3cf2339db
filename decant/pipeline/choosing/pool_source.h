// Where a run's pools come from when they are not the classes: a file of the user's, or k-means
// over the features.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "decant/base/context.h"
#include "decant/data/grouping.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/choosing/method_spec.h"
#include "decant/pipeline/run/input.h"

namespace decant {

/// What ChoosingOptions::pools says; neither: classes, or one pool.
struct PoolRule {
  int32_t kmeans = 0;          ///< at most so many pools by k-means
  std::filesystem::path file;  ///< a pool number for each row

  bool given() const { return kmeans > 0 || !file.empty(); }
};

/// Throws UsageError for an unknown rule or one together with --pool, InputError for fewer than one
/// pool.
PoolRule pool_rule(const ChoosingOptions& select);

/// The pools that a file names, numbered 0, 1, … in the order of its numbers; rows with −1 keep it
/// and are a pool of their own. `bad_rows` get −1 too. Throws InputError for a file that does not
/// fit.
Grouping read_pools(const std::filesystem::path& file, int64_t rows, std::span<const int64_t> bad_rows);

/// The pools that the rule makes of the usable rows, each of which is in one; rows to which the
/// file gives no number are the last pool. `features`: what k-means looks at, in the usable rows
/// finite; a file needs none. REQUIRES: rule.given().
Grouping make_grouping(const PoolRule& rule, const Input& input, const FeatureSet& features, uint64_t seed, const Context& context);

/// "one pool", "each of 10 classes", "each of 20 pools (of 120 to 3,100 rows) made by kmeans:20".
std::string pools_phrase(const Grouping& pools);

}  // namespace decant
