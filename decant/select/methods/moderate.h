// Moderate coreset: the rows whose distance from their class's middle is neither small nor large.
//
//   δ_x = ‖x − m‖,   m_k = median over the pool of x_k        (the mean of the two middle values where their number is even)
//
// Rows are ranked by δ, ties to the smaller row, and those of the middle ranks are kept: first the
// median rank, then its neighbours on both sides, the smaller δ first. Of n rows the first `count`
// are the ranks from ⌊(n − count)/2⌋ on. The order is the same for every count.
//
// Source: Xia, Liu, Yu, Shen, Han, Liu, "Moderate Coreset: A Universal Method of Data Selection for
// Real-world Data-efficient Deep Learning", ICLR 2023 (OpenReview 7D5EECbOaf9). The paper takes the
// middle of all classes' distances together, so that wide classes are over- or underrepresented;
// here every pool has its own middle.
//
// Cost: O(n·d) to select the medians and to measure; memory 16 bytes per row and up to 64 MB per
// thread. Features that are not stored as float32 are converted once for every 64 columns.
//
// Traps. The published code writes the rows to drop. D2's repository took that list for the rows to
// keep, so the figures of "Moderate" that come from it are of the rows nearest to and farthest from
// the middle. Far from zero mean in few columns, those columns decide alone: distances are
// Euclidean, of the features as given.
#pragma once

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/select/pools/ranking.h"

namespace decant {

/// All rows of the pool; the gain of a row is δ. Serves any number. REQUIRES: finite rows.
Ranking moderate(const Features& features, const PoolTask& pool, const Context& context);

}  // namespace decant
