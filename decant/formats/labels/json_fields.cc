#include "decant/formats/labels/json_fields.h"

#include <array>
#include <utility>

namespace decant::labels {
namespace {

constexpr int kMaxLevels = 500;

void append_utf8(std::string& out, uint32_t code) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | (code >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | ((code >> 18) & 7));
    tail(12);
    tail(6);
    tail(0);
  }
}

bool is_high(uint32_t unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}
bool is_low(uint32_t unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}
uint32_t of_surrogates(uint32_t high, uint32_t low) {
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/// Text of units of `width` bytes as UTF-8.
std::string from_wide(std::string_view text, size_t width, bool big) {
  std::vector<uint32_t> units;
  for (size_t at = 0; at + width <= text.size(); at += width) {
    uint32_t unit = 0;
    for (size_t i = 0; i < width; ++i) unit = unit << 8 | static_cast<unsigned char>(text[at + (big ? i : width - 1 - i)]);
    units.push_back(unit);
  }
  std::string out;
  for (size_t i = 0; i < units.size(); ++i) {
    if (i + 1 < units.size() && is_high(units[i]) && is_low(units[i + 1])) {
      append_utf8(out, of_surrogates(units[i], units[i + 1]));
      ++i;
    } else {
      append_utf8(out, units[i]);
    }
  }
  return out;
}

/// How the bytes of a text become characters, told by its first bytes as json.detect_encoding()
/// does.
struct Encoding {
  size_t width = 1;
  bool big = false;
  size_t mark = 0;  ///< bytes of the byte order mark
};

Encoding encoding_of(std::string_view text) {
  using namespace std::string_view_literals;
  if (text.starts_with("\xef\xbb\xbf"sv)) return {1, false, 3};
  if (text.starts_with("\0\0\xfe\xff"sv)) return {4, true, 4};
  if (text.starts_with("\xff\xfe\0\0"sv)) return {4, false, 4};
  if (text.starts_with("\xfe\xff"sv)) return {2, true, 2};
  if (text.starts_with("\xff\xfe"sv)) return {2, false, 2};
  if (text.size() < 4) return {};
  if (text[0] == 0) return text[1] == 0 ? Encoding{4, true} : Encoding{2, true};
  if (text[1] == 0) return text[2] == 0 && text[3] == 0 ? Encoding{4, false} : Encoding{2, false};
  return {};
}

class Scanner {
 public:
  Scanner(std::string_view text, std::span<const std::string> names) : text_(text), names_(names), found_(names.size()) {}

  std::optional<std::vector<JsonField>> scan() {
    space();
    if (peek() != '{' || !value(0)) return std::nullopt;
    space();
    return at_ == text_.size() ? std::optional(std::move(found_)) : std::nullopt;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
  }

  bool value(int level) {
    if (level > kMaxLevels) return false;
    switch (peek()) {
      case '{':
        return object(level);
      case '[':
        return list(level);
      case '"':
        last_ = JsonField::Kind::text;
        return string();
      default:
        return word() || number();
    }
  }

  bool word() {
    if (take("null"))
      last_ = JsonField::Kind::null;
    else if (take("true") || take("false"))
      last_ = JsonField::Kind::boolean;
    else if (take("NaN") || take("Infinity") || take("-Infinity"))
      last_ = JsonField::Kind::number;
    else
      return false;
    return true;
  }

  bool digits() {
    const size_t first = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > first;
  }

  bool number() {
    last_ = JsonField::Kind::number;
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return digits();
  }

  bool list(int level) {
    take('[');
    const size_t length = path_.size();
    const bool was_in_list = std::exchange(in_list_, true);
    space();
    if (!take(']')) {
      do {
        space();
        if (!value(level + 1)) return false;
        space();
      } while (take(','));
      if (!take(']')) return false;
    }
    path_.resize(length);
    in_list_ = was_in_list;
    last_ = JsonField::Kind::list;
    return true;
  }

  bool object(int level) {
    take('{');
    space();
    if (!take('}')) {
      do {
        space();
        if (!member(level)) return false;
        space();
      } while (take(','));
      if (!take('}')) return false;
    }
    last_ = JsonField::Kind::object;
    return true;
  }

  bool member(int level) {
    if (peek() != '"' || !string()) return false;
    const size_t length = path_.size();
    if (!in_list_) path_ += (level == 0 ? "" : ".") + string_;
    space();
    if (!take(':')) return false;
    space();
    const size_t first = at_;
    if (!value(level + 1)) return false;
    if (!in_list_) note(first);
    path_.resize(length);
    return true;
  }

  /// The value that ends here, if it is wanted.
  void note(size_t first) {
    for (size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == path_) found_[i] = {last_, last_ == JsonField::Kind::text ? string_ : std::string(text_.substr(first, at_ - first))};
    }
  }

  std::optional<uint32_t> hex() {
    uint32_t unit = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (digit < 0) return std::nullopt;
      unit = unit << 4 | static_cast<uint32_t>(digit);
    }
    return unit;
  }

  bool escape() {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    if (const size_t i = kLetters.find(peek()); at_ < text_.size() && i != std::string_view::npos) {
      string_ += kMeant[i];
      ++at_;
      return true;
    }
    if (!take('u')) return false;
    const auto unit = hex();
    if (!unit) return false;
    const size_t after = at_;
    if (is_high(*unit) && take("\\u")) {
      const auto second = hex();
      if (second && is_low(*second)) {
        append_utf8(string_, of_surrogates(*unit, *second));
        return true;
      }
      at_ = after;
    }
    append_utf8(string_, *unit);
    return true;
  }

  bool string() {
    take('"');
    string_.clear();
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\')
        string_ += c;
      else if (!escape())
        return false;
    }
    return false;
  }

  std::string_view text_;
  std::span<const std::string> names_;
  std::vector<JsonField> found_;
  size_t at_ = 0;
  std::string path_;    ///< of the object that is being read
  std::string string_;  ///< the last one
  JsonField::Kind last_ = JsonField::Kind::missing;
  bool in_list_ = false;
};

}  // namespace

std::optional<std::vector<JsonField>> json_fields(std::string_view document, std::span<const std::string> names) {
  const Encoding encoding = encoding_of(document);
  document.remove_prefix(encoding.mark);
  if (encoding.width == 1) return Scanner(document, names).scan();
  return Scanner(from_wide(document, encoding.width, encoding.big), names).scan();
}

const char* kind_name(JsonField::Kind kind) {
  static constexpr std::array<const char*, 7> kNames = {"missing", "null", "true or false", "a number", "text", "a list", "an object"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace decant::labels
