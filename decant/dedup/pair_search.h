// How thoroughly near pairs are looked for: all of them, or most in a small part of the time.
#pragma once

#include <string>
#include <vector>

#include "decant/dedup/approximate_pairs.h"

namespace decant {

enum class PairSearch { exact, approximate, automatic };
const std::vector<std::string>& pair_search_names();  ///< "exact", "approximate", "auto"

/// A million rows of 256 columns: minutes on two cores. It counts products and no seconds, so that
/// the same rows are searched alike on every machine.
inline constexpr double kMostProducts = 1e6 * 1e6 * 256;

/// Whether all pairs are looked for: of `automatic`, unless that is more than kMostProducts
/// products, rows² · columns.
bool looks_for_all(PairSearch search, int64_t rows, int64_t columns);

/// near_pairs() or approximate_pairs(). Where `automatic` means the latter, a warning says so.
ApproximatePairs search_pairs(const Features& features, std::span<const int64_t> rows, double threshold, PairSearch search, uint64_t seed,
                              const Context& context);

/// "98.1 %", rounded down.
std::string percent_text(double recall);

}  // namespace decant
