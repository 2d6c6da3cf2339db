// Cutting a pool into bins, exactly.
//
// Dataset Quantization cuts a pool of n rows into bins by running the same greedy maximisation
// again and again on what is left: bin 0 holds the ⌊n/bins⌋ rows that greedy picks from the whole
// pool, bin 1 the ⌊n/bins⌋ it picks from the rest, and so on. Early bins are dense and typical,
// late bins are the rest. The published code builds an n × n matrix and re-sums it at each pick;
// here a pick is a search for the largest score ⟨a_x, q⟩ (objective.h), most rows are excluded by
// proven bounds (nested_greedy.h), and the answer is the same row for row as scoring everyone at
// every pick (linear_greedy.h).
//
// The published rule puts the rows left over by the division into the last bin and does not order
// that bin. Every row needs a rank here, so the greedy simply continues to the end of the last bin.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/select/engine/bin_picker.h"
#include "decant/select/engine/objective.h"

namespace decant {

class Comm;

/// How picks are found. Changes the time, never a pick.
enum class BinEngine {
  automatic,
  exhaustive,  ///< scores every row at every pick: the oracle
  windows,     ///< nested windows and certificates, even where scoring everyone is cheaper
};

struct CutOptions {
  // change the result
  BinFunction function = BinFunction::graph_cut;
  double lambda = 1;    ///< weight of coverage, the paper's λ; only where takes_lambda(function)
  int32_t bins = 10;    ///< a pool of fewer rows gets one bin a row
  int32_t classes = 0;  ///< graph-cut-gradient: how many of the columns are b; the others are e
  // change the speed
  BinEngine engine = BinEngine::automatic;
  Comm* ranks = nullptr;  ///< that share the work, all calling with the same arguments; null = there is one
};

/// InputError for bins < 1, a λ that is negative or not finite or not taken, classes that do not
/// fit the width.
void validate(const CutOptions& options, int64_t width);

/// Cuts the pool `rows` (ascending, distinct). Ties go to the smaller row. Effective bins = max(1,
/// min(bins, |rows|)), each of ⌊|rows|/bins⌋ rows, the last also the rest. An empty pool gives an
/// empty order in one empty bin. Memory: nested_greedy.h; part of the features once more when they
/// are at most 16 MiB and not all rows. `stage`, if any, advances by one for each pick. `keeping`:
/// bins that are known already, and where finished ones go (bin_picker.h). With ranks, all of them
/// cut this pool together and return the same (collective); graph-cut-gradient and
/// BinEngine::exhaustive are cut by each of them alone. REQUIRES: finite features (require_finite),
/// valid options.
GreedyResult cut_into_bins(const Features& features, std::span<const int64_t> rows, const CutOptions& options, const Context& context,
                           Stage* stage = nullptr, const Keeping& keeping = {});

/// Cuts several pools side by side on the context's threads, and with ranks as pools_on_ranks.h
/// says. Progress: stage "bins", unit "picks".
std::vector<GreedyResult> cut_pools(const Features& features, std::span<const std::vector<int64_t>> pools, const CutOptions& options,
                                    const Context& context, BinKeeper* keeper = nullptr);

}  // namespace decant
