// As many rows, in a method's order, as a budget of bytes, tokens or objects holds.
//
// How many rows that are depends on which rows a method prefers, and methods that choose with a
// number in mind must be told one. So rows are chosen for the number that holds the budget on
// average, and anew for the number that their own size suggests, until what was chosen holds the
// budget and at most a fiftieth more; then the first of them that fit are kept.
#pragma once

#include <cstdint>
#include <functional>

#include "decant/pipeline/choosing/choose_rows.h"
#include "decant/pipeline/patching/set_sizes.h"

namespace decant {

/// What `choose(count)` gives for the right count. `draw(chosen, count)` are the rows kept of it.
/// Where a method chooses for one number alone, the selection returned serves fewer as well: the
/// first rows of every pool, though the method would choose others for their number.
ChosenRows choose_within(SetSizes& sizes, int64_t budget, const std::function<ChosenRows(int64_t count)>& choose,
                         const std::function<Subset(const ChosenRows& chosen, int64_t count)>& draw);

}  // namespace decant
