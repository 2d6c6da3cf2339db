// What a method chooses from, made ready: features, scores, and the rows that are set aside beforehand.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decant/pipeline/choosing/choose_rows.h"
#include "decant/pipeline/choosing/score_source.h"

namespace decant {

struct Material {
  const Input* input = nullptr;         ///< must outlive this, unless it is:
  std::shared_ptr<const Input> pooled;  ///< the input as if its labels were the pools of --pools
  SelectOptions select;
  int64_t count = 0;  ///< rows to keep, from 1 on
  uint64_t seed = 0;
  std::vector<int32_t> labels;    ///< that make the pools; empty = one pool
  std::vector<int64_t> left_out;  ///< bad rows, and those that were cut off; ascending
  FeatureSet features;            ///< if the method needs them
  DynamicsSet dynamics;           ///< the record that scores were taken from; without epochs if there is none
  std::vector<double> scores;     ///< (n,) large = difficult; if the method needs them
  std::vector<double> ease;       ///< (n,) in 0…1, for rule beta
  std::string score_note;         ///< where scores are from: "12 epochs of quick"
  std::string cut_note;           ///< what was set aside, or ""
  bool cut_by_count = false;      ///< how much was set aside follows from `count`

  double keep() const { return static_cast<double>(count) / static_cast<double>(input->eligible_rows()); }
};

/// Obtains what `select.method`, which is not "auto", needs; `count` 0 = all rows that are left after a cut. Throws InputError for what cannot
/// be had: scores without labels, rows without a score, features that are not finite, a cut that leaves too few rows. REQUIRES: options that
/// require_sound() lets pass.
Material gather(const Input& input, const SelectOptions& select, const FeatureOptions& features, int64_t count, uint64_t seed, RunLog& log,
                const Context& context);

/// "each of 10 classes", "one pool".
std::string pools_phrase(const Material& material);
/// "conv-kmeans features (256 columns)".
std::string features_phrase(const Material& material);

}  // namespace decant
