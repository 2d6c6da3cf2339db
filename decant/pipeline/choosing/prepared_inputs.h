// What a method chooses from, made ready: features, scores, and the rows that are set aside
// beforehand.
#pragma once

#include <string>
#include <vector>

#include "decant/data/class_amounts.h"
#include "decant/data/grouping.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/choosing/method_spec.h"
#include "decant/pipeline/choosing/score_source.h"
#include "decant/pipeline/run/run_log.h"

namespace decant {

struct PreparedInputs {
  const Input* input = nullptr;  ///< must outlive this
  ResolvedMethod method;
  double cut = 0;     ///< share of every pool that is set aside
  int64_t count = 0;  ///< rows to keep, at least 1
  uint64_t seed = 0;
  Grouping pools;                 ///< that rows are chosen from one by one; empty = one pool
  std::vector<int64_t> left_out;  ///< bad rows, and those that were cut off; ascending
  int32_t kmeans = 0;             ///< > 0: pools by k-means that the method makes itself, as it cuts bins
  FeatureSet features;            ///< if the method needs them
  FeatureSet targets;             ///< of the examples to choose toward; if the method needs them
  DynamicsSet dynamics;           ///< the record that scores were taken from; without epochs if there is none
  ClassAmounts amounts;           ///< of all rows; if the method needs them
  FeatureSet objects;             ///< of each of their entries, what its objects look like; if the method needs them
  std::vector<double> scores;     ///< (n,) large = difficult; if the method needs them
  std::vector<double> ease;       ///< (n,) in 0…1, for rule beta
  std::string score_note;         ///< where scores are from: "12 epochs of quick"
  std::string cut_note;           ///< what was set aside, or ""

  const ChoosingOptions& options() const { return method.options; }
  double keep() const { return static_cast<double>(count) / static_cast<double>(input->eligible_rows()); }
};

/// Obtains what `method` needs; `count` 0 = all rows that are left after a cut. Throws InputError
/// for what cannot be had: scores without labels, rows without a score, features that are not
/// finite, a cut that leaves too few rows.
PreparedInputs prepare_inputs(const Input& input, const ResolvedMethod& method, const FeatureOptions& features, int64_t count,
                              uint64_t seed, RunLog& log, const Context& context);

/// "conv-kmeans features (256 columns)".
std::string features_phrase(const PreparedInputs& prepared);

}  // namespace decant
