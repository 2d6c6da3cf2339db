// A snappy block of nothing but literals: what stays where it is need not be packed to be written
// where it does not pack.
#pragma once

#include "decant/formats/parquet/gathered.h"

namespace decant::parquet {

/// A block that unpacks to `body`, of which it refers to what `body` refers to. A piece that is
/// referred to begins a literal where it does not fit into the one before, so that a reader finds
/// it in one; none is longer than 65,536 bytes, as libsnappy writes them. Takes 3 bytes for each
/// literal more than `body`, of which no two next to each other fit into one. REQUIRES: fewer than
/// 2³² bytes.
Gathered snappy_literals(const Gathered& body);

}  // namespace decant::parquet
