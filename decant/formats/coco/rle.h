// The text that a COCO file writes for the runs of a mask (data/runs.h).
//
// Each number in groups of 5 bits, low ones first, a character (48 + bits, + 32 where more follow)
// for each group; bit 16 of the last group is the sign. From the fourth number on, the difference
// to the run two before is what is written: the runs 4 2 1 2 3 are "42102".
//
// The coding is that of pycocotools' masks.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "decant/data/runs.h"

namespace decant::coco {

/// Of a string. Nothing where it holds another character, ends inside a number, or gives a run
/// below 0 or beyond 2^40. At most as many runs as characters.
std::optional<Runs> runs_from(std::string_view text);

std::string text_of(std::span<const int64_t> runs);

}  // namespace decant::coco
