// Some fields of a JSON document as Python writes and reads it.
//
// Labels stand in JSON that other programs wrote with Python's json.dumps(), which knows NaN,
// Infinity and -Infinity, numbers beyond a double (1e400) and lone surrogates ("\ud83d"), none of
// which is JSON to others. json.loads() also takes UTF-16 and UTF-32. What it reads is read here,
// whatever the wanted fields are. Nothing is built of the rest, so a field costs one pass over the
// text, and memory of the fields alone. base/json.h is for documents of decant's own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace decant::labels {

struct JsonField {
  enum class Kind { missing, null, boolean, number, text, list, object };
  Kind kind = Kind::missing;
  std::string text;  ///< of a text its characters in UTF-8 (a lone surrogate as its own three bytes); else as written
};

/// The fields with these names, in their order. "a.b" is the field b of the object a, or one that
/// is called so. Of two with one name the last counts, as in Python. Nothing where the text is not
/// JSON (500 levels at most) or no object.
std::optional<std::vector<JsonField>> json_fields(std::string_view document, std::span<const std::string> names);

/// "text", "a list": for messages.
const char* kind_name(JsonField::Kind kind);

}  // namespace decant::labels
