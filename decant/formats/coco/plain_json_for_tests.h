// JSON as RFC 8259 has it, read slowly into a tree: what COCO's elements are compared with.
//
// Nothing is skipped and nothing is forgiven, so that it is plain to see that it is right: a
// character at a time, a function for each kind of value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace decant::coco::plain {

struct Json {
  std::string_view token;                        ///< all of it, as it stands
  std::optional<std::string> text;               ///< of a text; nothing where it has half of a surrogate pair
  std::vector<Json> elements;                    ///< of a list; values of an object
  std::vector<std::optional<std::string>> keys;  ///< of an object, as `text`

  char kind() const { return token.front(); }  ///< '"', '[', '{', 't', 'f', 'n', or the start of a number
};

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  /// Nothing for what is no JSON, or deeper than any COCO json.
  std::optional<Json> read() {
    Json json;
    pass_spaces();
    if (!value(json, 0)) return std::nullopt;
    pass_spaces();
    return at_ == text_.size() ? std::optional(std::move(json)) : std::nullopt;
  }

 private:
  static constexpr int kDeepest = 50;

  bool ends() const { return at_ == text_.size(); }
  char here() const { return ends() ? '\0' : text_[at_]; }
  bool pass(char c) { return here() == c && !ends() ? (++at_, true) : false; }
  void pass_spaces() {
    while (here() == ' ' || here() == '\t' || here() == '\n' || here() == '\r') ++at_;
  }

  bool value(Json& out, int depth) {
    const size_t begin = at_;
    if (!kind_of_value(out, depth)) return false;
    out.token = text_.substr(begin, at_ - begin);
    return true;
  }

  bool kind_of_value(Json& out, int depth) {
    if (depth > kDeepest) return false;
    if (here() == '{') return object(out, depth);
    if (here() == '[') return list(out, depth);
    if (here() == '"') return text(out.text);
    if (here() == 't') return word("true");
    if (here() == 'f') return word("false");
    if (here() == 'n') return word("null");
    return number();
  }

  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  bool digits() {
    const size_t begin = at_;
    while (here() >= '0' && here() <= '9') ++at_;
    return at_ > begin;
  }

  bool number() {
    pass('-');
    if (!pass('0') && !digits()) return false;
    if (pass('.') && !digits()) return false;
    if (pass('e') || pass('E')) {
      if (!pass('+')) pass('-');
      if (!digits()) return false;
    }
    return true;
  }

  bool list(Json& out, int depth) {
    pass('[');
    pass_spaces();
    if (pass(']')) return true;
    for (;;) {
      pass_spaces();
      if (!value(out.elements.emplace_back(), depth + 1)) return false;
      pass_spaces();
      if (pass(']')) return true;
      if (!pass(',')) return false;
    }
  }

  bool object(Json& out, int depth) {
    pass('{');
    pass_spaces();
    if (pass('}')) return true;
    for (;;) {
      pass_spaces();
      if (here() != '"' || !text(out.keys.emplace_back())) return false;
      pass_spaces();
      if (!pass(':')) return false;
      pass_spaces();
      if (!value(out.elements.emplace_back(), depth + 1)) return false;
      pass_spaces();
      if (pass('}')) return true;
      if (!pass(',')) return false;
    }
  }

  bool text(std::optional<std::string>& out) {
    std::string all;
    bool whole = true;  // no half of a surrogate pair
    pass('"');
    while (!pass('"')) {
      if (pass('\\') ? !escape(all, whole) : !character(all)) return false;
    }
    if (whole) out = std::move(all);
    return true;
  }

  /// One of UTF-8, checked.
  bool character(std::string& all) {
    if (ends()) return false;
    const auto first = static_cast<unsigned char>(here());
    if (first < 0x20) return false;
    const int more = first < 0x80 ? 0 : first < 0xc0 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf8 ? 3 : -1;
    if (more < 0 || text_.size() - at_ < static_cast<size_t>(more) + 1) return false;
    uint32_t code = more == 0 ? first : first & (0x3fU >> more);
    for (int i = 1; i <= more; ++i) {
      const auto c = static_cast<unsigned char>(text_[at_ + static_cast<size_t>(i)]);
      if ((c & 0xc0U) != 0x80) return false;
      code = code << 6 | (c & 0x3fU);
    }
    constexpr uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
    all += text_.substr(at_, static_cast<size_t>(more) + 1);
    at_ += static_cast<size_t>(more) + 1;
    return true;
  }

  bool escape(std::string& all, bool& whole) {
    constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    if (const size_t known = letters.find(here()); !ends() && known != std::string_view::npos) {
      all += meanings[known];
      ++at_;
      return true;
    }
    uint32_t code = 0;
    if (!pass('u') || !four_digits(code)) return false;
    if (code >= 0xdc00 && code < 0xe000) return whole = false, true;
    if (code < 0xd800 || code >= 0xe000) return put(code, all), true;
    uint32_t second = 0;
    if (text_.substr(at_, 2) != "\\u") return whole = false, true;
    const size_t back = at_;
    at_ += 2;
    if (!four_digits(second)) return false;
    if (second < 0xdc00 || second >= 0xe000) return at_ = back, whole = false, true;
    return put(0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00), all), true;
  }

  bool four_digits(uint32_t& code) {
    for (int i = 0; i < 4; ++i) {
      const char c = here();
      const uint32_t digit = c >= '0' && c <= '9'   ? static_cast<uint32_t>(c - '0')
                             : c >= 'a' && c <= 'f' ? static_cast<uint32_t>(c - 'a' + 10)
                             : c >= 'A' && c <= 'F' ? static_cast<uint32_t>(c - 'A' + 10)
                                                    : 16;
      if (ends() || digit > 15) return false;
      code = code * 16 + digit;
      ++at_;
    }
    return true;
  }

  static void put(uint32_t code, std::string& all) {
    const auto add = [&](uint32_t byte) { all += static_cast<char>(byte); };
    if (code < 0x80) return add(code);
    if (code < 0x800) return add(0xc0 | code >> 6), add(0x80 | (code & 0x3f));
    if (code < 0x10000) return add(0xe0 | code >> 12), add(0x80 | (code >> 6 & 0x3f)), add(0x80 | (code & 0x3f));
    add(0xf0 | code >> 18), add(0x80 | (code >> 12 & 0x3f)), add(0x80 | (code >> 6 & 0x3f)), add(0x80 | (code & 0x3f));
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace decant::coco::plain
