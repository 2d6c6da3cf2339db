// Where the parts of a large JSON document lie, found without parsing them.
//
// Only strings and brackets are looked at: which kind of bracket closes which, and what stands
// between them, is for whoever parses a part. So a document of any size and depth is scanned in
// constant memory, at about 2 GB/s, and its parts can be copied byte for byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace decant::coco {

struct Span {
  size_t begin = 0;
  size_t end = 0;
  size_t size() const { return end - begin; }
  std::string_view in(std::string_view text) const { return text.substr(begin, end - begin); }
  bool operator==(const Span&) const = default;
};

struct Member {
  std::string_view key;  ///< as it stands between its quotes
  Span value;
};

/// The members of the object that is all of the text, in their order. Throws InputError, which
/// names `file` and the byte: no object, one that is cut off, something after it, a key twice.
std::vector<Member> members_of(std::string_view text, const std::string& file);

/// As members_of(), of the first bytes of a document: the last value may be cut off. Nothing for
/// what is no object or has another fault.
std::vector<Member> members_at_start(std::string_view text);

const Member* find_member(const std::vector<Member>& members, std::string_view key);

/// The elements of an array, one after the other.
class Elements {
 public:
  /// `array`: of a member. Throws InputError where it is no array.
  Elements(std::string_view text, Span array, std::string file);
  /// The next, or nothing at the end. Throws InputError for something else than a comma between
  /// elements.
  std::optional<Span> next();

 private:
  std::string_view text_;
  Span array_;
  std::string file_;
  size_t at_;
  bool first_ = true;
};

/// Line number, from 1, of a byte. Linear.
int64_t line_of(std::string_view text, size_t at);

}  // namespace decant::coco
