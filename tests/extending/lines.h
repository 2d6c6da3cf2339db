// A kind of data that decant does not know: lines of text. Only the tests of docs/extending.md
// include it.
#pragma once

#include "decant/data/modality.h"

namespace decant {

inline constexpr Modality kLines = {.name = "lines", .row = "line", .rows = "lines", .features = "letters", .protocol = "vocabulary"};

}  // namespace decant
