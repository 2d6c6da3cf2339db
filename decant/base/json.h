// JSON for small documents: key order is kept, so files repeat byte for byte. Include this only in
// .cc files (it is a heavy header); headers use json_fwd.h. Parser and writer take seconds to
// compile, so documents become text and text documents only here.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "decant/base/json_fwd.h"

namespace decant {

/// On one line, or indented. Bytes that are no UTF-8 (names of files may hold them) become U+FFFD.
std::string json_text(const Json& value, int indent = -1);

/// Levels of lists and objects that a text may have: values are copied, compared and written by
/// recursion.
inline constexpr int kMaxJsonDepth = 500;

/// Throws InputError, which names `file` and the byte, where the text is not JSON, is nested too
/// deep or holds a number beyond a double. A range-for over items() wants a named value: those of a
/// temporary dangle.
Json parse_json(std::string_view text, const std::string& file = "JSON");

/// Of a file. Throws as parse_json() does, and IoError.
Json read_json(const std::filesystem::path& file);

/// The same without an exception: is_discarded() then.
Json try_parse_json(std::string_view text);

}  // namespace decant
