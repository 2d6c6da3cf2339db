#include "decant/formats/npy/npy_header.h"

#include <charconv>
#include <fmt/core.h>

#include "decant/base/errors.h"

namespace decant::npy {
namespace {

/// Reads the few Python literals that NumPy writes. Never looks past the end of the text.
class Cursor {
 public:
  Cursor(std::string_view text, int64_t offset, const std::string& file) : text_(text), offset_(offset), file_(file) {}

  [[noreturn]] void fail(std::string_view what) const {
    throw InputError({file_, fmt::format("byte {}", offset_ + static_cast<int64_t>(at_)), fmt::format("the .npy header {}", what),
                      "Save the array again with numpy.save"});
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
  }
  bool at_end() {
    skip_space();
    return at_ == text_.size();
  }
  bool next_is(char c) {
    skip_space();
    return at_ < text_.size() && text_[at_] == c;
  }
  bool take(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail(fmt::format("expects '{}' here", c));
  }
  bool take_word(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  std::string_view string() {
    skip_space();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') fail("lacks a quoted string here");
    const size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail("has an unterminated string");
    const std::string_view value = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return value;
  }

  bool boolean() {
    if (take_word("True")) return true;
    if (take_word("False")) return false;
    fail("expects True or False here");
  }

  int64_t length() {
    skip_space();
    int64_t value = 0;
    const auto [end, code] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (code == std::errc::result_out_of_range) fail("gives a length beyond 64 bits");
    if (code != std::errc()) fail("expects a number here");
    if (value < 0) fail("gives a negative length");
    at_ = static_cast<size_t>(end - text_.data());
    take_word("L");  // Python 2 wrote (3L, 4L)
    return value;
  }

  std::vector<int64_t> tuple() {
    std::vector<int64_t> lengths;
    expect('(');
    while (!take(')')) {
      if (lengths.size() == 32) fail("gives more than 32 axes");
      lengths.push_back(length());
      if (!take(',') && !next_is(')')) fail("expects ',' here");
    }
    return lengths;
  }

  /// A list of fields ([('x', '<f4'), …]): recognised, not understood. Skips to its closing
  /// bracket.
  void skip_list() {
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '[') ++depth;
      if (text_[at_] == ']' && --depth == 0) {
        ++at_;
        return;
      }
    }
    fail("has an unterminated list");
  }

 private:
  std::string_view text_;
  int64_t offset_;
  const std::string& file_;
  size_t at_ = 0;
};

}  // namespace

Header parse_header(std::string_view text, int64_t offset, const std::string& file) {
  Cursor cursor(text, offset, file);
  Header header;
  bool has_descr = false;
  bool has_order = false;
  bool has_shape = false;
  const auto once = [&](bool& seen) {
    if (seen) cursor.fail("names a key twice");
    seen = true;
  };
  cursor.expect('{');
  while (!cursor.take('}')) {
    const std::string_view key = cursor.string();
    cursor.expect(':');
    if (key == "descr") {
      once(has_descr);
      if (cursor.next_is('['))
        cursor.skip_list();
      else
        header.descr = cursor.string();
    } else if (key == "fortran_order") {
      once(has_order);
      header.fortran_order = cursor.boolean();
    } else if (key == "shape") {
      once(has_shape);
      header.shape = cursor.tuple();
    } else {
      cursor.fail("has a key other than 'descr', 'fortran_order' and 'shape'");
    }
    if (!cursor.take(',') && !cursor.next_is('}')) cursor.fail("expects ',' here");
  }
  if (!cursor.at_end()) cursor.fail("continues after its '}'");
  if (!has_descr || !has_order || !has_shape) cursor.fail("lacks one of 'descr', 'fortran_order', 'shape'");
  return header;
}

}  // namespace decant::npy
