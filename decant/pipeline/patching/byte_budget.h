// --bytes and --spend: a small set of so many bytes.
//
//     rows         fewer pictures, as the method chooses them
//     quality      all pictures that --keep asks for, as coarse as they must be
//     resolution   the same, as small as they must be
//     cells        the same, with as many cells dropped as must be: those that count least for a
//                  byte, of all pictures together, and at most three quarters of one
//     auto         fewer pictures, and coarser ones, as patches/spend.h divides it, of quality 10
//                  or more; how small they are trained is what --resolution says in pixels
//
// Pixels have no quality of their own, and no cells that could be told apart by their bytes: where
// a budget buys anything but rows, they become JPEGs of quality 90 first, or of another that is
// asked for.
//
// Bytes are those of the picture files, not of archives around them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/patches/spend.h"
#include "decant/pipeline/patching/reducing.h"

namespace decant {

inline constexpr int kQualityOfPixels = 90;

std::vector<std::string> currencies();  ///< "rows", "quality", "resolution", "cells", "auto"

/// Throws UsageError for an unknown currency, with the nearest one. `others`: that the caller knows
/// besides.
void require_currency(const std::string& spend, const std::vector<std::string>& others = {});

/// Whether how many rows are kept follows from the budget.
bool buys_rows(const std::string& spend);

/// Whether such pictures become JPEGs of kQualityOfPixels, because no quality is asked for.
bool makes_jpegs(const std::string& spend, const ReduceOptions& options, const Rows& rows);

struct Spent {
  ReducedInput reduced;
  std::string words;                             ///< "quality 47, and 212 of 600 pictures with quality 48"
  std::optional<patches::DropTally> tally = {};  ///< where some cells must stay, and a share of them was to be dropped
};

/// The kept rows on the highest steps of a currency that meet the budget. What the reducer's
/// options ask holds as well. Throws InputError when it cannot be met, naming the bytes that it
/// takes. REQUIRES: quality, resolution or cells; for cells, importance, and neither drop nor
/// resolution.
Spent spend_on_pictures(const PictureReducer& reducer, const Subset& kept, const std::string& currency, int64_t budget, uint64_t seed,
                        const Context& context);

/// What spend_on_pictures() would come to, as a sample of the pictures tells it: "quality 47 to
/// quality 48". Throws InputError, with about the least bytes, where the budget is too small.
/// REQUIRES: quality or resolution.
std::string spent_about(const PictureReducer& reducer, const Subset& kept, const std::string& currency, int64_t budget,
                        const Context& context);

/// The pictures as coarse as `auto` makes them before rows are chosen: `usable` are all there are.
ReducedInput coarser_beside_rows(const PictureReducer& reducer, const Subset& usable, int64_t budget, int classes, const Context& context);

}  // namespace decant
