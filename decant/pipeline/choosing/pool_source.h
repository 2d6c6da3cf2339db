// Where a run's pools come from when they are not the classes: a file of the user's, a field of the
// records, the rarest class of their objects, or k-means over the features.
#pragma once

#include <cstdint>
#include <filesystem>
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
  std::string field;           ///< of the records, whose different values are the pools
  bool rarest = false;         ///< the class that a row holds of which there is least; rows that hold none are a pool

  bool named() const { return !file.empty() || !field.empty() || rarest; }  ///< known before any features
  bool given() const { return kmeans > 0 || named(); }
};

/// Throws UsageError for an unknown rule or one together with --pool, InputError for fewer than one
/// pool.
PoolRule pool_rule(const ChoosingOptions& select);

/// The pools that a file, a field or the rarest class names, numbered 0, 1, … in the order of its
/// numbers or values; rows without one, and those of `bad_rows`, get −1. Throws InputError for a
/// file that does not fit, for rows without objects, and as groups_by_field(). REQUIRES:
/// rule.named().
Grouping named_pools(const PoolRule& rule, const Rows& rows, const Subset& bad_rows, const Context& context);

/// The pools that the rule makes of the usable rows, each of which is in one; rows to which
/// nothing gives a number are the last pool. `features`: what k-means looks at, in the usable rows
/// finite; a file or a field needs none. REQUIRES: rule.given().
Grouping make_grouping(const PoolRule& rule, const Input& input, const FeatureSet& features, uint64_t seed, const Context& context);

/// "one pool", "each of 10 classes", "each of 20 pools (of 120 to 3,100 rows) made by kmeans:20".
std::string pools_phrase(const Grouping& pools);

}  // namespace decant
