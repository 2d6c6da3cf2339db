// Choosing rows: start here.
//
// A method is composed of four kinds of parts, and every part is a function on plain arrays:
//
//   objective  what a greedy cut maximises: a formula over features (objective.h). A picker finds
//              its maximum: nested_greedy.h (fast), linear_greedy.h (scores everyone),
//              gradient_greedy.h (pairwise, factored).
//   score      one number per row, whatever it is computed from.
//   sampler    from an order, bins or scores to a subset of an exact size (sampler.h).
//   quota      how many rows, and how many from each part (quota.h).
//
// Objectives and scores end in a Selection (data/selection.h): bin, rank and gain of every row.
// Samplers and quotas turn it into a Subset. Another keep ratio, or the same by class, needs only
// the sampler. A recipe is the sequence that a user calls by name.
//
// Dataset Quantization, for example, is: pools by class, objective graph-cut cut into 10 bins,
// quota by largest remainder over classes and bins, uniform sampler inside the bin.
#pragma once

#include <cstdint>
#include <span>

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/data/selection.h"
#include "decant/select/bins/cut.h"
#include "decant/select/pools/sampler.h"

namespace decant {

struct BinOptions {
  // change the result
  BinFunction function = BinFunction::graph_cut;
  double lambda = 1;  ///< see CutOptions
  int32_t bins = 10;
  bool per_class = true;  ///< one pool a class when there are labels; otherwise one pool
  int32_t kmeans = 0;     ///< > 0: at most so many pools by k-means (kmeans_pools.h), in place of classes
  uint64_t seed = 0;      ///< of k-means
  int32_t classes = 0;    ///< graph-cut-gradient: width of b
  // change the speed
  BinEngine engine = BinEngine::automatic;
  Comm* ranks = nullptr;  ///< see CutOptions
};

/// Cuts every pool into bins. `labels`: one per row, or none at all; rows labelled kNoLabel make a
/// pool of their own after the others. `bad_rows` are left out, whatever their features hold. Pools
/// are numbered by label; those of k-means from 0, over rows as the function sees them: of length 1
/// for the cosines, and for graph-cut-gradient the embeddings alone. A pool of fewer rows than bins
/// gets one bin a row. InputError for labels that do not fit, rows out of range, no usable row,
/// features without columns, a NaN or an infinity in a usable row, and options that validate()
/// refuses. `keeper`, if any: bins that are known already, and where finished ones go.
Selection select_bins(const Features& features, std::span<const int32_t> labels, std::span<const int64_t> bad_rows,
                      const BinOptions& options, const Context& context, BinKeeper* keeper = nullptr);

}  // namespace decant
