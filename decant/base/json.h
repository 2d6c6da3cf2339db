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

/// On one line, or indented. JSON is UTF-8 and the name of a file any bytes: a byte 0xNN that is
/// not UTF-8 is written \udcNN, as Python's surrogateescape does, and parse_json() gives it back.
/// Nothing else is written so, since text that is UTF-8 holds no surrogates.
std::string json_text(const Json& value, int indent = -1);

/// Levels of lists and objects that a text may have: values are copied, compared and written by
/// recursion.
inline constexpr int kMaxJsonDepth = 500;

/// Text whose characters all may go to a terminal: what moves the cursor or turns the direction of
/// writing (printable.h) becomes its escape \uNNNN, which is the same JSON. REQUIRES: `json` is a
/// text of json_text().
std::string json_for_terminal(std::string_view json);

/// Throws InputError, which names `file` and the byte, where the text is not JSON, is nested too
/// deep or holds a number beyond a double. Lone \udc80 … \udcff are bytes, as above. A range-for
/// over items() wants a named value: those of a temporary dangle.
Json parse_json(std::string_view text, const std::string& file = "JSON");

/// Of a file. Throws as parse_json() does, and IoError.
Json read_json(const std::filesystem::path& file);

/// The same without an exception: is_discarded() then.
Json try_parse_json(std::string_view text);

}  // namespace decant
