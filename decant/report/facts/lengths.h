// How long records are, in words, before and after.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "decant/data/texts.h"
#include "decant/report/facts/row_facts.h"

namespace decant::report {

/// Records of `from` to `to` words.
struct LengthClass {
  int64_t from = 0;
  int64_t to = 0;
  int64_t rows = 0;
  int64_t kept = 0;
};

struct LengthFacts {
  int64_t stride = 1;                ///< every so manyth row was read
  double words = 0;                  ///< mean of a record's
  double kept_words = 0;             ///< of those kept
  std::vector<LengthClass> classes;  ///< 0, 1, 2 to 3, 4 to 7, …; from the first to the last that has rows
};

/// Nothing where no row that was read is kept. Reads at most 200,000 rows, evenly spaced, and
/// passes over those that cannot be read.
std::optional<LengthFacts> length_facts(const Texts& texts, const RowFacts& rows);

}  // namespace decant::report
