#include "decant/formats/coco/json_scan.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fmt/core.h>

#include "decant/base/errors.h"

namespace decant::coco {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr const char* kRestore = "Restore the file: it may have been cut off while it was copied";

/// What is wrong, and where.
struct Broken {
  size_t at;
  std::string what;
};

bool is_json_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

size_t past_spaces(std::string_view text, size_t at) {
  while (at < text.size() && is_json_space(text[at])) ++at;
  return at;
}

constexpr uint64_t each_byte(uint8_t byte) {
  return 0x0101010101010101ull * byte;
}

/// The high bit of every byte that is zero, and perhaps of bytes above one that is.
uint64_t zero_bytes(uint64_t v) {
  return (v - each_byte(0x01)) & ~v & each_byte(0x80);
}

/// The next quote or bracket from `at` on, or the end. Eight bytes at a time: with the bits 0x26
/// set all four brackets are 0x7f (as are 'Y', '_', 'y' and 0x7f itself).
size_t next_mark(std::string_view text, size_t at) {
  const auto is_mark = [](char c) { return c == '"' || c == '[' || c == ']' || c == '{' || c == '}'; };
  while (at < text.size()) {
    if constexpr (std::endian::native == std::endian::little) {
      while (at + 8 <= text.size()) {
        uint64_t eight;
        std::memcpy(&eight, text.data() + at, 8);
        const uint64_t marks = zero_bytes(eight ^ each_byte('"')) | zero_bytes((eight | each_byte(0x26)) ^ each_byte(0x7f));
        if (marks != 0) {
          at += static_cast<size_t>(std::countr_zero(marks)) / 8;
          break;
        }
        at += 8;
      }
    }
    if (at < text.size() && is_mark(text[at])) return at;
    ++at;
  }
  return text.size();
}

/// Past the string whose opening quote is at `at`; text.size() + 1 where it is not closed.
size_t past_string(std::string_view text, size_t at) {
  for (size_t from = at + 1;;) {
    const size_t quote = text.find('"', from);
    if (quote == std::string_view::npos) return text.size() + 1;
    size_t backslashes = 0;
    while (quote - backslashes > from && text[quote - backslashes - 1] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return quote + 1;
    from = quote + 1;
  }
}

/// Past a list or an object; text.size() + 1 where it is not closed.
size_t past_brackets(std::string_view text, size_t at) {
  for (int64_t depth = 0; at < text.size();) {
    at = next_mark(text, at);
    if (at >= text.size()) break;
    const char c = text[at];
    if (c == '"') {
      at = past_string(text, at);
      continue;
    }
    ++at;
    depth += c == '{' || c == '[' ? 1 : -1;
    if (depth == 0) return at;
  }
  return text.size() + 1;
}

/// Past a value; beyond the text where it is cut off.
size_t past_value(std::string_view text, size_t at) {
  if (at >= text.size()) return text.size() + 1;
  const char c = text[at];
  if (c == '"') return past_string(text, at);
  if (c == '{' || c == '[') return past_brackets(text, at);
  const size_t begin = at;
  while (at < text.size() && !is_json_space(text[at]) && text[at] != ',' && text[at] != ']' && text[at] != '}') ++at;
  if (at == begin) throw Broken{at, "has no value here"};
  return at;
}

/// The members up to the end of the object, or of the text where it is cut off; `end`: past the
/// object, or beyond the text.
std::vector<Member> scan_members(std::string_view text, size_t& end) {
  size_t at = past_spaces(text, text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
  if (at >= text.size() || text[at] != '{') throw Broken{at, "is not a JSON object"};
  std::vector<Member> members;
  at = past_spaces(text, at + 1);
  end = text.size() + 1;
  if (at < text.size() && text[at] == '}') return end = at + 1, members;
  while (at < text.size()) {
    if (text[at] != '"') throw Broken{at, "has no key here"};
    const size_t key_end = past_string(text, at);
    if (key_end > text.size()) return members;
    const std::string_view key = text.substr(at + 1, key_end - at - 2);
    at = past_spaces(text, key_end);
    if (at == text.size()) return members;
    if (text[at] != ':') throw Broken{at, "has no colon after a key"};
    at = past_spaces(text, at + 1);
    const size_t past = past_value(text, at);
    members.push_back({key, {at, std::min(past, text.size())}});
    at = past > text.size() ? text.size() : past_spaces(text, past);
    if (at == text.size()) return members;
    if (text[at] == '}') return end = at + 1, members;
    if (text[at] != ',') throw Broken{at, "has neither a comma nor a bracket after a value"};
    at = past_spaces(text, at + 1);
  }
  return members;
}

void require_once(const std::vector<Member>& members, const std::string& file) {
  std::vector<const Member*> sorted;
  for (const Member& member : members) sorted.push_back(&member);
  std::ranges::stable_sort(sorted, {}, [](const Member* member) { return member->key; });
  const auto twice = std::ranges::adjacent_find(sorted, {}, [](const Member* member) { return member->key; });
  if (twice == sorted.end()) return;
  throw InputError({file, fmt::format("byte {}", (*(twice + 1))->value.begin),
                    fmt::format("has '{}' a second time, after byte {}", (*twice)->key, (*twice)->value.begin),
                    "Keep one of the two: programs disagree on which of them counts"});
}

}  // namespace

std::vector<Member> members_of(std::string_view text, const std::string& file) {
  try {
    size_t end = 0;
    std::vector<Member> members = scan_members(text, end);
    if (end > text.size()) {
      const std::string in = members.empty() ? "" : fmt::format(" in or after '{}'", members.back().key);
      throw Broken{text.size(), "ends" + in + " before its object is closed"};
    }
    if (const size_t after = past_spaces(text, end); after != text.size()) throw Broken{after, "has something after its object"};
    require_once(members, file);
    return members;
  } catch (const Broken& broken) {
    throw InputError({file, fmt::format("byte {}", broken.at), broken.what, kRestore});
  }
}

std::vector<Member> members_at_start(std::string_view text) {
  try {
    size_t end = 0;
    return scan_members(text, end);
  } catch (const Broken&) {
    return {};
  }
}

const Member* find_member(const std::vector<Member>& members, std::string_view key) {
  const auto found = std::ranges::find(members, key, &Member::key);
  return found == members.end() ? nullptr : &*found;
}

Elements::Elements(std::string_view text, Span array, std::string file)
    : text_(text), array_(array), file_(std::move(file)), at_(array.begin + 1) {
  if (array.size() < 2 || text[array.begin] != '[')
    throw InputError({file_, fmt::format("byte {}", array.begin), "is not a list", "Check what wrote the file"});
}

std::optional<Span> Elements::next() {
  const std::string_view inside = text_.substr(0, array_.end);
  const auto fail = [&](const char* what) { throw InputError({file_, fmt::format("byte {}", at_), what, kRestore}); };
  at_ = past_spaces(inside, at_);
  if (at_ + 1 >= array_.end) return std::nullopt;
  if (!first_) {
    if (inside[at_] != ',') fail("has no comma between two elements");
    at_ = past_spaces(inside, at_ + 1);
  }
  first_ = false;
  const size_t begin = at_;
  try {
    at_ = past_value(inside, at_);
  } catch (const Broken& broken) {
    at_ = broken.at;
    fail("has no value here");
  }
  if (at_ >= array_.end) fail("has an element that is not closed");
  return Span{begin, at_};
}

int64_t line_of(std::string_view text, size_t at) {
  return 1 + std::ranges::count(text.substr(0, at), '\n');
}

}  // namespace decant::coco
