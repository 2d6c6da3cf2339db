// JSON for small documents: key order is kept, so files repeat byte for byte. Include this only in .cc files (it is a heavy header);
// headers use json_fwd.h. Parser and writer take seconds to compile, so documents become text and text documents only here.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "decant/base/json_fwd.h"

namespace decant {

/// On one line, or indented. Bytes that are no UTF-8 (names of files may hold them) become U+FFFD.
std::string json_text(const Json& value, int indent = -1);

/// Throws Json::parse_error.
Json parse_json(std::string_view text);

/// Of a file. Throws InputError that names file and byte, and IoError.
Json read_json(const std::filesystem::path& file);

/// Of text that may be anything: is_discarded() where it is no JSON.
Json try_parse_json(std::string_view text);

}  // namespace decant
