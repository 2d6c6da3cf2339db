// --bytes and --spend: a small set of so many bytes.
//
//     rows         fewer pictures, as the method chooses them
//     quality      all pictures that --keep asks for, as coarse as they must be
//     resolution   the same, as small as they must be
//     cells        the same, with as many cells dropped as must be: those that count least for a
//                  byte, of all pictures together, and at most three quarters of one
//
// Bytes are those of the picture files, not of archives around them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/patches/spend.h"
#include "decant/pipeline/patching/reducing.h"

namespace decant {

std::vector<std::string> currencies();  ///< "rows", "quality", "resolution", "cells"

/// Throws UsageError for an unknown currency, with the nearest one.
void require_currency(const std::string& spend);

struct Spent {
  ReducedInput reduced;
  std::string words;  ///< "quality 47 (212 of 600 pictures 48)"
};

/// The kept rows on the highest steps of a currency that meet the budget. Options that reduce
/// pictures further hold as well. Throws InputError when it cannot be met, naming the bytes that it
/// takes. REQUIRES: a currency other than rows; for cells, neither drop nor resolution.
Spent spend_on_pictures(const Input& input, const Subset& kept, const std::string& currency, int64_t budget, const ReduceOptions& options,
                        uint64_t seed, const Context& context);

}  // namespace decant
