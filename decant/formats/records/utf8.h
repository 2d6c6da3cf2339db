// Whether bytes are UTF-8, as fast as simdjson finds out.
#pragma once

#include <string_view>

namespace decant::records {

bool is_utf8(std::string_view text);

}  // namespace decant::records
