// From an input to an order of its rows: a method with what it needs (features, pools, scores) made
// ready.
#pragma once

#include <functional>
#include <string>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/data/selection.h"
#include "decant/pipeline/choosing/automatic.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/choosing/method_spec.h"
#include "decant/pipeline/run/checkpoint.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/run/run_log.h"

namespace decant {

/// What a method made of an input, and one sentence that says how the rows were chosen.
struct ChosenRows {
  Selection selection;
  ResolvedMethod method;
  std::string note;
  FeatureSet features;         ///< empty where the method needs none
  bool trained_proxy = false;  ///< for its scores, or found in the cache
  /// The same method's selection for another seed, with features, scores and pools as they are;
  /// empty where it would be the same.
  std::function<Selection(uint64_t seed)> redraw;

  /// Whether every class is a pool, where there are labels.
  bool by_class() const { return method.options.by_class(); }
};

/// choose_method() with what is known of `input`.
ResolvedMethod method_for(const MethodSpec& spec, const Input& input, const FeatureOptions& features, int64_t count,
                          const Context& context);

/// Chooses with `count` rows in mind, which sample() then takes; 0 = all that are left after a hard
/// cut. Finished bins go into the checkpoint, and those of an interrupted run are taken from it.
/// Throws InputError for data that the method cannot see.
ChosenRows choose_rows(const Input& input, const ResolvedMethod& method, const FeatureOptions& features, int64_t count, uint64_t seed,
                       Checkpoint& checkpoint, RunLog& log, const Context& context);

/// The options that decide the bins: what a checkpoint must agree on.
Json deciding_options(const MethodSpec& spec, const FeatureOptions& features, uint64_t seed);

/// Files and folders that the options name: they are read, and never written over.
std::vector<std::string> files_named(const ChoosingOptions& select, const FeatureOptions& features);

}  // namespace decant
