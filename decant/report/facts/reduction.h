// What was taken from the pictures that were kept: in bytes, step by step, and which pictures show
// it.
//
// A small set is small for three reasons, and only the last is worth a word of praise: rows were
// left out, the rest was re-coded without loss, as any re-coder does for free, and then something
// was taken from the pictures. The steps keep these apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decant/report/report.h"

namespace decant::report {

constexpr size_t kShownReduced = 8;

struct ByteStep {
  std::string name;  ///< "kept rows"
  int64_t bytes = 0;
};

struct ReductionFacts {
  std::vector<ByteStep> steps;  ///< source, kept rows, re-coded, written; the second only where it was recorded
  std::string saving;           ///< one sentence: how much each step saved
  std::string against_recoded;  ///< one sentence: what was written, against the best lossless re-coding
  std::vector<size_t> shown;    ///< places in ReportInput::kept, evenly spaced, at most kShownReduced
};

/// Nothing without run.patches or run.sheets.
std::optional<ReductionFacts> reduction_facts(const ReportInput& input);

/// "dropping cells and lowering the quality", "shrinking them into sheets of 2 × 2": what was done
/// to the pictures, as run.json has it.
std::string reduced_by(const RunRecord& run);

/// Cells kept as a share of those there were; 1 where none was dropped.
double cells_kept_share(const RunRecord& run);

}  // namespace decant::report
