// DELTA_BINARY_PACKED: whole numbers as differences, packed in blocks of as few bits as each needs.
#pragma once

#include <cstdint>
#include <vector>

#include "decant/base/file.h"
#include "decant/formats/parquet/where.h"

namespace decant::parquet {

/// Appends `count` numbers; the page must hold as many. Returns the bytes taken.
size_t read_delta(Bytes in, int64_t count, std::vector<int64_t>& out, const Where& where);

}  // namespace decant::parquet
