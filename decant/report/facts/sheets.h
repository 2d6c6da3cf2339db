// Contact sheets: for each bin some rows that were kept next to some that were left out. Numbers
// say that a selection is balanced; only the rows themselves show what it prefers.
//
// The choice is random, not the prettiest: stream "report thumbnails" of the run's seed, one index
// per bin. Rows stand in the order they were picked. Of a ranking there are two sheets instead,
// from every pool in turn: the two ends of the order, and both sides of the cut. Space is shared
// out beforehand: at most kShownRows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decant/data/texts.h"
#include "decant/report/facts/row_facts.h"

namespace decant::report {

constexpr size_t kShownRows = 600;

struct Sheet {
  int32_t bin = 0;
  std::string name;                    ///< "Bin 3"
  std::string kept_name = "kept";      ///< over the rows of `kept`
  std::string left_name = "left out";  ///< over those of `left_out`
  int64_t rows = 0;                    ///< readable rows of the bin
  int64_t kept_rows = 0;
  std::vector<int64_t> kept;                 ///< shown
  std::vector<int64_t> left_out;             ///< shown
  std::vector<std::string> words = {};       ///< of records: those that tell the bin from all, or what is kept from the rest
  std::vector<std::string> words_left = {};  ///< of a whole set: those that tell what is left out
};

/// At most this many of each kind in each sheet, and how many sheets there are room for.
struct SheetPlan {
  size_t sheets = 0;
  size_t rows = 0;
};
SheetPlan plan_sheets(int32_t bins);

/// Sheets of evenly spaced bins, in order. Linear in the rows.
std::vector<Sheet> choose_sheets(const RowFacts& rows, uint64_t seed);

/// Fills in their words (telling_words.h), by 1,000 rows of each part and 4,000 of the whole,
/// evenly spaced. Of several bins each has its own; of one the first sheet has those of kept and
/// left out.
void add_words(const RowFacts& rows, const Texts& texts, std::vector<Sheet>& sheets);

}  // namespace decant::report
