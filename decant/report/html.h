// Text into HTML. Every string that a user could have chosen (a class name, a key, a path, an
// option) passes through here.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "decant/base/json_fwd.h"

namespace decant::report {

/// Well-formed UTF-8: bytes that are not, and control characters other than tab and newline, are
/// written as printable() does, so that two names stay two.
std::string clean(std::string_view text);

/// Safe as element text and inside a quoted attribute: clean(), and & < > " ' as entities.
std::string escape(std::string_view text);

/// escape() for our own sentences: a number stays on one line with its per cent sign.
std::string prose(std::string_view sentence);

/// <script type="application/json" id="…"> that nothing inside can close: every "<" is written
/// \u003c.
std::string json_block(std::string_view id, const Json& value);

/// RFC 4648, with padding.
std::string base64(std::span<const std::byte> bytes);

/// "20 %", "12.5 %", "0.04 %", "<0.01 %"; 0 % and 100 % only when exact. "0 %" of nothing.
std::string percent(double part, double whole);

/// `word` fit for a POSIX shell: as it is, or in single quotes.
std::string shell_quote(std::string_view word);

}  // namespace decant::report
