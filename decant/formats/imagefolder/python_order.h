// The order in which Python sorts file names, which is the order torchvision numbers pictures in.
//
// Python reads names as UTF-8 with `surrogateescape` (PEP 383) and compares code points. Valid
// UTF-8 sorts by bytes just so. A byte that is no valid UTF-8 becomes the code point U+DC80 …
// U+DCFF, and with it sorts below U+E000 and everything beyond U+FFFF, though its byte may be
// larger. Old archives with Latin-1 names are where one meets such bytes.
#pragma once

#include <string_view>

namespace decant {

/// a < b in Python's order of str. Equal only for equal bytes.
bool python_less(std::string_view a, std::string_view b);

}  // namespace decant
