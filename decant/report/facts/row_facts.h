// What the page knows of every row: in which bin, kept or left out, readable or not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decant/data/dataset.h"
#include "decant/report/report.h"

namespace decant::report {

struct RowFacts {
  int64_t count = 0;
  int32_t bin_count = 1;
  std::vector<uint8_t> kept;             ///< (n,) 1 = kept
  decant::Column<int32_t> bins;          ///< (n,) 0…bin_count−1, or kNoBin for a row that could not be read
  const Selection* selection = nullptr;  ///< the input's, which has the order; null where none is known

  bool ranked() const { return selection != nullptr && selection->ranked; }
};

/// Gathers them from whatever the input holds, and views its selection; without a selection all
/// readable rows are one bin. Throws BugError when parts of the input speak of different numbers of
/// rows.
RowFacts gather_rows(const ReportInput& input);

/// Name of a label: from `classes`, else "class 7"; "no class" for kNoLabel.
std::string class_name(const std::vector<std::string>& classes, int32_t label);

}  // namespace decant::report
