// --keep-tokens and --keep-objects: as many rows, in a method's order, as so many tokens or objects
// hold.
//
// How many rows that are depends on which rows a method prefers, and methods that choose with a
// number in mind must be told one. So rows are chosen for the number that holds the budget on
// average, and anew for the number that their own length suggests, until what was chosen holds the
// budget and at most a fiftieth more; then the first of them that fit are kept.
#pragma once

#include <cstdint>
#include <functional>

#include "decant/pipeline/choosing/choose_rows.h"
#include "decant/pipeline/patching/row_sizes.h"

namespace decant {

/// What `choose(count)` gives for the right count, at most `most`. `draw(chosen, count)` are the
/// rows kept of it. Where it serves that count alone, the caller may still keep fewer (serves_from
/// = 1): the first rows of every pool, though the method would choose others for their number.
ChosenRows choose_for_tokens(RowSizes& sizes, int64_t budget, int64_t most, const std::function<ChosenRows(int64_t count)>& choose,
                             const std::function<Subset(const ChosenRows& chosen, int64_t count)>& draw);

}  // namespace decant
