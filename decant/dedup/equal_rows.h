// Rows that are the same, byte for byte.
//
// Rows are grouped by a 64-bit digest, and rows of one digest are read again and compared, so no
// collision of digests, chance or contrived, ever makes two rows one.
//
// Cost: every row is read once, and those that have an equal once more. Memory: 16 bytes per row.
#pragma once

#include <cstdint>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"
#include "decant/data/subset.h"

namespace decant {

/// What has to be equal.
enum class Content {
  stored,  ///< the sample's bytes as stored; of raw pixels, the pixels: a record of CIFAR holds its label too
  meant    ///< what they mean: size and pixels of a picture; the texts of a record, with A–Z as a–z and
           ///< any white space between words as one blank; else what is stored
};

/// Groups of at least two rows, each ascending, in the order of their first rows. Rows that cannot
/// be read are in none. Stops with Cancelled. Progress: stage "compare".
std::vector<std::vector<int64_t>> equal_rows(const Rows& rows, const Subset& among, Content content, const Context& context);

/// Whether two rows are the same. Throws what reading throws.
bool are_equal(const Rows& rows, int64_t one, int64_t other, Content content);

}  // namespace decant
