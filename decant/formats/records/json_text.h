// The text of a JSON string.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace decant::records {

/// Decodes what stands between the quotes, without looking whether it is UTF-8, into `to`, which
/// has room for raw.size() bytes: never more are needed. Returns how many; nothing where an escape
/// is none of JSON's or half a surrogate pair.
std::optional<size_t> unescape(std::string_view raw, char* to);

}  // namespace decant::records
