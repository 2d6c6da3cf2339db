// Samplers: from an order to a subset of an exact size.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "decant/data/selection.h"
#include "decant/select/pools/quota.h"

namespace decant {

/// Keeps exactly `count` rows of a selection, spread over its bins: `count` is shared among the
/// classes (the labels, when given; otherwise the selection's pools), a class's share among its
/// bins, both by largest remainder (ties among classes by the seed, of a ranking by the one it was
/// made with; among bins to the one that earlier classes shorted most, so that over all classes no
/// bin is favoured); inside a bin rows are drawn uniformly without replacement. Returns ascending
/// rows; bad rows are never among them.
///
/// Each (class, bin) draws from its own random stream. Trap: the published code of Dataset
/// Quantization sets the same seed before every bin, so it draws the same positions in all of them.
///
/// A row's place inside its bin's draw does not depend on `count`, so a smaller subset lies inside
/// a larger one wherever the quotas do not shrink; largest remainder makes them shrink by one row
/// now and then (quota.h).
///
/// Of a ranking, a pool's share is the first rows of its order; there is no chance in it.
///
/// `shares`: how `count` is shared among the classes.
///
/// InputError when count is not in 1…(rows that are not bad), or labels do not fit the rows, or a
/// ranking was made for another number.
Subset sample(const Selection& selection, std::span<const int32_t> labels, int64_t count, uint64_t seed, Shares shares = Shares::by_size);

/// Throws InputError for a number of rows that a ranking was not made for. `file`: where it is
/// from, for the message.
void require_served(const Selection& selection, int64_t count, const std::string& file = "");

}  // namespace decant
