// A sum of many rows whose last bit does not depend on threads or ranks: in blocks.
//
// Members 0…4095 are added one after the other, then 4096…8191 to another sum, and so on; these
// partial sums are added in their order. Threads take whole blocks. Ranks hold ranges of members
// that need not end with a block: a block that goes on in the next rank's range is handed on as it
// is, and finished there.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/comm/comm.h"

namespace decant {

/// Adds members [begin, end) to a sum, one after the other.
using AddMembers = std::function<void(int64_t begin, int64_t end, std::span<double> sum)>;

/// The sum of `count` members, `width` numbers each, of which [own.begin, own.end) are this rank's:
/// ranges ascend with ranks and cover everything. Null ranks: all are. Memory: 8·width bytes a
/// block. Collective: one message per rank, of one sum, and one of all.
std::vector<double> block_sum(int64_t count, int64_t width, RankShare own, const AddMembers& add, Comm* ranks, const Context& context);

}  // namespace decant
