#include "decant/base/json.h"

#include <fmt/format.h>
#include <optional>

#include "decant/base/errors.h"
#include "decant/base/file.h"

namespace decant {
namespace {

/// The byte, from 1, at which `text` is nested deeper than kMaxJsonDepth. Copies, comparisons and
/// the writer recurse into a value, so that this bounds their stack. What follows the first fault
/// of a text that is no JSON does not matter: the parser stops there.
std::optional<size_t> byte_too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '[' || c == '{')) {
      if (++depth > kMaxJsonDepth) return i + 1;
    } else if (!quoted && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string json_text(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json parse_json(std::string_view text, const std::string& file) {
  constexpr const char* kRemedy = "Create it again";
  if (const auto byte = byte_too_deep(text))
    throw InputError({file, fmt::format("byte {}", *byte), fmt::format("is nested deeper than {} levels", kMaxJsonDepth), kRemedy});
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    throw InputError({file, fmt::format("byte {}", error.byte), "is not JSON", kRemedy});
  } catch (const Json::out_of_range&) {
    throw InputError({file, "", "holds a number beyond the range of a double", kRemedy});
  }
}

Json read_json(const std::filesystem::path& file) {
  return parse_json(read_text(file), file.string());
}

Json try_parse_json(std::string_view text) {
  if (byte_too_deep(text)) return Json(Json::value_t::discarded);
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

}  // namespace decant
