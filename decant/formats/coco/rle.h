// Masks as runs, as COCO's files hold them.
//
// The pixels of a picture column by column, each from top to bottom, are runs of pixels outside and
// inside the object in turn; the first run is outside, and may be empty. A file holds the lengths
// as a list of numbers, or as a string: each number in groups of 5 bits, low ones first, a
// character (48 + bits, + 32 where more follow) for each group; bit 16 of the last group is the
// sign. From the fourth number on, the difference to the run two before is what is written.
//
//   0 0 0 0
//   0 1 1 0     the runs 4 2 1 2 3, or "42102"
//   0 1 1 0     (3 rows, 4 columns)
//
// The order and the coding are those of pycocotools' masks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/data/objects.h"

namespace decant::coco {

/// Lengths of runs, each at least 0.
using Runs = std::vector<int64_t>;

/// Of a string. Nothing where it holds another character, ends inside a number, or gives a run
/// below 0 or beyond 2^40. At most as many runs as characters.
std::optional<Runs> runs_from(std::string_view text);

std::string text_of(std::span<const int64_t> runs);

/// Whether they are those of a picture of that size. Sizes up to 2^31 each.
bool cover(std::span<const int64_t> runs, int64_t height, int64_t width);

/// Pixels inside.
int64_t area_of(std::span<const int64_t> runs);

/// The smallest box around the pixels inside; all 0 where there are none. REQUIRES: height ≥ 1.
Box box_of(std::span<const int64_t> runs, int64_t height);

}  // namespace decant::coco
