#include "decant/formats/npy/npy_header.h"

#include <charconv>
#include <fmt/core.h>

#include "decant/base/errors.h"
#include "decant/formats/element_type.h"

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

/// Where the header's text lies: after the magic, two version bytes and a length of 2 bytes
/// (version 1) or 4.
struct Extent {
  size_t begin = 0;
  size_t size = 0;
};

Extent header_extent(Bytes file, const std::string& name) {
  if (!as_text(file).starts_with(kMagic))
    throw InputError({name, "byte 0", file.empty() ? "is empty" : "is not a .npy file", "Save the array with numpy.save"});
  const auto byte = [&](size_t at) { return std::to_integer<size_t>(file[at]); };
  const size_t version = file.size() > kMagic.size() ? byte(6) : 0;
  const size_t begin = version == 1 ? 10 : 12;
  if (file.size() < begin)
    throw InputError({name, fmt::format("byte {}", file.size()), "ends inside the .npy header", "Copy or save the file again"});
  if (version < 1 || version > 3)
    throw InputError({name, "byte 6", fmt::format("is .npy version {}; 1 to 3 are supported", version), "Save it with numpy.save"});
  size_t size = byte(8) | byte(9) << 8;
  if (version > 1) size |= byte(10) << 16 | byte(11) << 24;
  if (size > file.size() - begin)
    throw InputError({name, "byte 8", fmt::format("declares a header of {} bytes, but {} follow", size, file.size() - begin),
                      "The file is truncated: copy or save it again"});
  return {begin, size};
}

void require_data_length(int64_t promised, int64_t present, std::span<const int64_t> shape, const std::string& name) {
  if (present == promised) return;
  throw InputError(
      {name, "", fmt::format("shape {} takes {} bytes, but {} follow the header", text_of(shape), promised, present),
       present < promised ? "The file is truncated: copy or save it again" : "The file holds more than one array: save this one alone"});
}

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

std::string text_of(std::span<const int64_t> shape) {
  std::string text = "(";
  for (const int64_t length : shape) text += fmt::format("{}{}", text.size() > 1 ? ", " : "", length);
  return text + (shape.size() == 1 ? ",)" : ")");
}

StoredArray parse_stored(Bytes file, const std::string& name) {
  const Extent extent = header_extent(file, name);
  StoredArray stored{parse_header(as_text(file).substr(extent.begin, extent.size), static_cast<int64_t>(extent.begin), name),
                     file.subspan(extent.begin + extent.size)};
  if (stored.header.fortran_order && stored.header.shape.size() > 1)
    throw InputError({name, "", "is stored column by column (Fortran order)", "Save it with np.ascontiguousarray(a)"});
  return stored;
}

void require_length(const StoredArray& stored, int64_t element_bytes, const std::string& name) {
  const std::vector<int64_t>& shape = stored.header.shape;
  const auto promised = byte_count(element_bytes, shape);
  if (!promised)
    throw InputError({name, "", fmt::format("shape {} overflows 64 bits", text_of(shape)), "Save the array again with numpy.save"});
  require_data_length(*promised, static_cast<int64_t>(stored.data.size()), shape, name);
}

}  // namespace decant::npy
