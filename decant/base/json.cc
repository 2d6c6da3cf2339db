#include "decant/base/json.h"

#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/printable.h"

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

// The library's writer and parser know nothing of bytes that are not UTF-8. Where there are any
// they pass through it as a mark, U+FFFF, and two hexadecimal digits; a U+FFFF of the text's own is
// doubled meanwhile.
constexpr std::string_view kMark = "\xef\xbf\xbf";

std::string marked(std::string_view text) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = code_point(text, at);
    const std::string_view own = text.substr(at, point.length);
    if (!point.valid)
      result += fmt::format("{}{:02x}", kMark, static_cast<uint32_t>(point.code));
    else
      result += own == kMark ? fmt::format("{0}{0}", kMark) : std::string(own);
    at += point.length;
  }
  return result;
}

/// With `of_byte(hexadecimal digits)` in place of each mark.
template <class OfByte>
std::string unmarked(std::string_view text, const OfByte& of_byte) {
  std::string result;
  for (;;) {
    const size_t mark = text.find(kMark);
    result += text.substr(0, mark);
    if (mark == std::string_view::npos) return result;
    text.remove_prefix(mark + kMark.size());
    const bool own = text.starts_with(kMark);
    const size_t taken = own ? kMark.size() : 2;
    result += own ? std::string(kMark) : of_byte(text.substr(0, taken));
    text.remove_prefix(taken);
  }
}

/// The value with `change` made to every text and every name in it.
template <class Change>
Json with_texts(const Json& value, const Change& change) {
  if (value.is_string()) return change(value.get_ref<const std::string&>());
  if (!value.is_structured()) return value;
  Json result = value.is_array() ? Json::array() : Json::object();
  for (const auto& [name, part] : value.items()) {
    if (value.is_array())
      result.push_back(with_texts(part, change));
    else
      result[change(name)] = with_texts(part, change);
  }
  return result;
}

std::string byte_of(std::string_view digits) {
  uint8_t byte = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
  return std::string(1, static_cast<char>(byte));
}

/// The number of an escape \uNNNN at `at`, if one is there.
std::optional<uint32_t> escape_at(std::string_view text, size_t at) {
  uint32_t code = 0;
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  const char* const end = text.data() + at + 6;
  const auto [stopped, fault] = std::from_chars(end - 4, end, code, 16);
  return fault == std::errc() && stopped == end ? std::optional(code) : std::nullopt;
}

/// JSON with marks in place of lone \udc80 … \udcff; nothing where it has none.
std::optional<std::string> with_marks(std::string_view text) {
  if (text.find("\\udc") == std::string_view::npos && text.find("\\uDC") == std::string_view::npos &&
      text.find("\\udC") == std::string_view::npos && text.find("\\uDc") == std::string_view::npos)
    return std::nullopt;
  std::string result;
  bool any = false;
  bool high = false;  // the half before a low one, which together are a character
  for (size_t at = 0; at < text.size();) {
    const auto code = escape_at(text, at);
    const bool is_byte = code && !high && *code >= 0xdc80 && *code <= 0xdcff;
    high = code && *code >= 0xd800 && *code < 0xdc00;
    any = any || is_byte;
    const size_t length = code ? 6 : text[at] == '\\' ? 2 : text.substr(at).starts_with(kMark) ? kMark.size() : 1;
    const std::string_view own = text.substr(at, length);
    if (is_byte)
      result += fmt::format("{}{:02x}", kMark, *code - 0xdc00);
    else if (own == kMark || (code && *code == 0xffff))
      result += fmt::format("{0}{0}", kMark);
    else
      result += own;
    at += own.size();
  }
  return any ? std::optional(std::move(result)) : std::nullopt;
}

/// `parse(text)`, bytes that are written as escapes given back.
template <class Parse>
Json parsed_with_bytes(std::string_view text, const Parse& parse) {
  const auto marks = with_marks(text);
  if (!marks) return parse(text);
  return with_texts(parse(*marks), [](const std::string& held) { return unmarked(held, byte_of); });
}

}  // namespace

std::string json_text(const Json& value, int indent) {
  try {
    return value.dump(indent, ' ');
  } catch (const Json::type_error&) {  // a text is not UTF-8
    const std::string text = with_texts(value, marked).dump(indent, ' ');
    return unmarked(text, [](std::string_view digits) { return fmt::format("\\udc{}", digits); });
  }
}

std::string json_for_terminal(std::string_view json) {
  std::string result;
  for (size_t at = 0; at < json.size();) {
    const CodePoint point = code_point(json, at);
    const std::string_view own = json.substr(at, point.length);
    const bool obeyed = point.code == 0x7f || (point.code >= 0x80 && printable(own) != own);
    result += obeyed ? fmt::format("\\u{:04x}", static_cast<uint32_t>(point.code)) : std::string(own);
    at += point.length;
  }
  return result;
}

Json parse_json(std::string_view text, const std::string& file) {
  constexpr const char* kRemedy = "Create it again";
  if (const auto byte = byte_too_deep(text))
    throw InputError({file, fmt::format("byte {}", *byte), fmt::format("is nested deeper than {} levels", kMaxJsonDepth), kRemedy});
  try {
    return parsed_with_bytes(text, [](std::string_view json) { return Json::parse(json); });
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
  return parsed_with_bytes(text, [](std::string_view json) { return Json::parse(json, nullptr, /*allow_exceptions=*/false); });
}

}  // namespace decant
