// What there is to say of pictures that were made: how far they drifted from the real ones, what
// they take on a disk, and what else would fit there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decant/report/facts/reduction.h"
#include "decant/report/report.h"

namespace decant::report {

/// Pixels that vary so much more than real ones teach networks with batch norm next to nothing.
constexpr double kFarDeviation = 1.5;

struct SyntheticFacts {
  SyntheticRecord made;
  std::vector<ByteStep> parts;  ///< pictures, labels, factors; only those that there are
  int64_t bytes = 0;            ///< of all parts
  int64_t bytes_as_floats = 0;  ///< of the pictures as float32, as papers keep them; 0 where their size is not known
  std::string in_jpegs;         ///< one sentence: how many real pictures fit into these bytes; empty where not measured
  std::string drift;            ///< one sentence
  std::string warning;          ///< of the drift; empty where it is small
};

/// Nothing without run.synthetic.
std::optional<SyntheticFacts> synthetic_facts(const ReportInput& input);

}  // namespace decant::report
