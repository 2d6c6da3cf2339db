// The layout of a header block (POSIX.1-2017, pax, "ustar Interchange Format"):
//
//      0 name 100 | 100 mode 8 | 108 uid 8 | 116 gid 8 | 124 size 12 | 136 mtime 12 | 148 checksum
//      8 | 156 type 1 | 157 linkname 100
//    257 magic 6 "ustar\0" (GNU: "ustar ") | 263 version 2 | 265 uname 32 | 297 gname 32 | 329
//    devmajor 8 | 337 devminor 8 345 prefix 155 (POSIX only; GNU keeps times there)
//
// Then the data, padded to 512. Two zero blocks end the archive. Trap: a pax header ('x') or a GNU
// long name ('L') is a member of its own that speaks of the next one, so "the next one" is only
// known to be complete when it has come.
#include "decant/formats/webdataset/tar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "decant/base/errors.h"

namespace decant {

namespace {

constexpr int64_t kMaxExtension = int64_t{1} << 20;  // of a pax header or long name

class Block {
 public:
  explicit Block(Bytes bytes) : text_(as_text(bytes)) {}

  char type() const { return text_[156]; }
  bool is_posix() const { return text_.substr(257, 6) == std::string_view("ustar\0", 6); }
  bool is_zero() const { return text_.find_first_not_of('\0') == std::string_view::npos; }

  std::string name() const {
    const std::string prefix = is_posix() ? std::string(field(345, 155)) : std::string();
    return prefix.empty() ? std::string(field(0, 100)) : prefix + "/" + std::string(field(0, 100));
  }

  /// nullopt when it is no number; negative sizes come back negative.
  std::optional<int64_t> size() const { return number(124, 12); }

  /// The sum of all bytes, those of the checksum itself counted as blanks.
  bool checksum_holds() const {
    const auto stored = number(148, 8);
    if (!stored) return false;
    int sum = 8 * ' ';
    int high = 0;
    for (const char c : text_) sum += static_cast<unsigned char>(c);
    for (const char c : text_.substr(148, 8)) sum -= static_cast<unsigned char>(c);
    if (*stored == sum) return true;
    for (size_t i = 0; i < text_.size(); ++i) high += (i < 148 || i >= 156) && static_cast<signed char>(text_[i]) < 0;
    return *stored == sum - 256 * high;  // some early tars summed signed chars
  }

 private:
  std::string_view field(size_t at, size_t width) const {
    const std::string_view whole = text_.substr(at, width);
    return whole.substr(0, whole.find('\0'));
  }

  std::optional<int64_t> number(size_t at, size_t width) const {
    const std::string_view whole = text_.substr(at, width);
    if ((static_cast<unsigned char>(whole[0]) & 0x80) != 0) return base_256(whole);
    std::string_view digits = field(at, width);
    const size_t first = digits.find_first_not_of(' ');
    digits = first == std::string_view::npos ? std::string_view() : digits.substr(first);
    digits = digits.substr(0, digits.find(' '));
    int64_t value = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
    if (code != std::errc() || end != digits.data() + digits.size() || value < 0) return std::nullopt;
    return value;
  }

  /// GNU: the first byte is 0x80 (positive) or 0xff (negative), the others a big-endian two's
  /// complement number.
  static std::optional<int64_t> base_256(std::string_view whole) {
    if (whole[0] != '\x80') return -1;
    uint64_t value = 0;
    for (const char c : whole.substr(1)) {
      if (value >> 55 != 0) return std::nullopt;
      value = value << 8 | static_cast<unsigned char>(c);
    }
    return static_cast<int64_t>(value);
  }

  std::string_view text_;
};

/// What extension headers said about the member to come.
struct Announced {
  std::optional<std::string> name;
  std::optional<int64_t> size;
  std::optional<int64_t> begin;  ///< offset of the first of them
};

class TarWalk {
 public:
  TarWalk(Bytes archive, const std::string& file, const std::function<void(const TarMember&)>& visit)
      : archive_(archive), file_(file), visit_(visit) {}

  TarEnd run() {
    while (at_ < size()) {
      if (size() - at_ < kTarBlock) fail(at_, "the archive ends inside a header", kTruncated);
      const Block block(part(at_, kTarBlock));
      if (block.is_zero()) return end();
      header(block);
    }
    if (announced_.begin) fail(*announced_.begin, "the archive ends after an extension header, before its member", kTruncated);
    return {};
  }

 private:
  static constexpr const char* kTruncated = "The archive is truncated: download or write it again";

  int64_t size() const { return static_cast<int64_t>(archive_.size()); }
  Bytes part(int64_t at, int64_t count) const { return archive_.subspan(static_cast<size_t>(at), static_cast<size_t>(count)); }

  [[noreturn]] void fail(int64_t at, std::string what, std::string remedy = "") const {
    throw InputError({file_, fmt::format("byte {}", at), std::move(what), std::move(remedy)});
  }

  void header(const Block& block) {
    if (!block.checksum_holds())
      fail(at_, at_ == 0 ? "is not a tar archive (no valid header)" : "the header's checksum is wrong",
           at_ == 0 ? "" : "The archive is damaged: download or write it again");
    const bool extends = std::string_view("xgLK").find(block.type()) != std::string_view::npos;
    const int64_t stored = block.size().value_or(-1);
    const int64_t count = extends ? stored : announced_.size.value_or(stored);  // pax sizes speak of members
    if (count < 0) fail(at_, "the member's size is negative or not a number");
    switch (block.type()) {
      case '0':
      case '\0':
      case '7':
        return file(block, count);
      case 'x':
        return extension(count, [this](Bytes data) { read_pax(data); });
      case 'g':
        return extension(
            count, [this](Bytes data) { read_global(data); }, true);
      case 'L':
        return extension(count, [this](Bytes data) { announced_.name = std::string(as_text(data).substr(0, as_text(data).find('\0'))); });
      case 'K':
        return extension(count, [](Bytes) {});  // the long target of a link
      case '1':
        return step_over(hard_link_has_data(count) ? count : 0);
      case '2':
      case '3':
      case '4':
      case '5':
      case '6':
        return step_over(0);
      case 'S':
        fail(at_, "is a sparse member, which is not supported", "Write the archive without --sparse");
      case 'M':
        fail(at_, "goes on from another volume, which is not supported", "Join the volumes first");
      default:
        return step_over(count);
    }
  }

  void file(const Block& block, int64_t count) {
    const std::string raw = announced_.name ? *announced_.name : block.name();
    if (!raw.empty() && raw.back() == '/') return step_over(0);  // how tar wrote directories before it had a type for them
    std::string_view name = raw;
    while (name.starts_with("./")) name.remove_prefix(2);
    if (!is_safe_relative(name))
      throw InputError({file_, fmt::format("byte {}, member '{}'", at_, raw), "the name is empty, or points outside the archive", ""});
    const int64_t data = at_ + kTarBlock;
    if (count > size() - data)
      throw InputError({file_, fmt::format("byte {}, member '{}'", at_, raw),
                        fmt::format("needs {} bytes of data, but only {} are left in the file", count, size() - data), kTruncated});
    const int64_t end = std::min(size(), data + round_up_to_block(count));
    visit_({name, announced_.begin.value_or(at_), data, count, end});
    announced_ = {};
    at_ = end;
  }

  template <class Read>
  void extension(int64_t count, Read&& read, bool global = false) {
    const int64_t data = at_ + kTarBlock;
    if (count > kMaxExtension)
      fail(at_, fmt::format("an extension header of {} bytes is more than the supported {}", count, kMaxExtension));
    if (count > size() - data) fail(at_, "the archive ends inside an extension header", kTruncated);
    if (!announced_.begin && !global) announced_.begin = at_;
    read(part(data, count));
    at_ = std::min(size(), data + round_up_to_block(count));
  }

  void step_over(int64_t count) {
    const int64_t data = at_ + kTarBlock;
    if (count > size() - data) fail(at_, "the archive ends inside a member", kTruncated);
    announced_ = {};
    at_ = std::min(size(), data + round_up_to_block(count));
  }

  /// POSIX lets a hard link carry data, old tars state a size and carry none. The next header
  /// tells.
  bool hard_link_has_data(int64_t count) const {
    const int64_t next = at_ + kTarBlock;
    if (count == 0 || size() - next < kTarBlock) return false;
    const Block block(part(next, kTarBlock));
    return !block.is_zero() && !block.checksum_holds();
  }

  /// Records "LENGTH KEY=VALUE\n", LENGTH counting the whole record.
  template <class Take>
  void each_record(Bytes data, Take&& take) const {
    std::string_view left = as_text(data);
    while (!left.empty() && left.front() != '\0') {
      size_t length = 0;
      const auto [end, code] = std::from_chars(left.data(), left.data() + left.size(), length);
      const auto digits = static_cast<size_t>(end - left.data());
      if (code != std::errc() || length > left.size() || length < digits + 2 || *end != ' ' || left[length - 1] != '\n')
        fail(at_, "a pax record is malformed");
      const std::string_view record = left.substr(digits + 1, length - digits - 2);
      const size_t equals = record.find('=');
      if (equals == std::string_view::npos) fail(at_, "a pax record is malformed");
      take(record.substr(0, equals), record.substr(equals + 1));
      left.remove_prefix(length);
    }
  }

  void read_pax(Bytes data) {
    each_record(data, [this](std::string_view key, std::string_view value) {
      if (key == "path")
        announced_.name = std::string(value);
      else if (key == "size")
        announced_.size = pax_size(value);
      else if (key.starts_with("GNU.sparse."))
        fail(at_, "is a sparse member, which is not supported", "Write the archive without --sparse");
    });
  }

  /// Global records hold for all members that follow. Comments are common (git archive); names and
  /// sizes make no sense there.
  void read_global(Bytes data) {
    each_record(data, [this](std::string_view key, std::string_view) {
      if (key == "path" || key == "size") fail(at_, fmt::format("a global pax header sets '{}', which is not supported", key));
    });
  }

  int64_t pax_size(std::string_view value) const {
    int64_t size = 0;
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), size);
    if (code != std::errc() || end != value.data() + value.size() || size < 0) fail(at_, "a pax size is negative or not a number");
    return size;
  }

  TarEnd end() const {
    if (announced_.begin) fail(*announced_.begin, "the archive ends after an extension header, before its member", kTruncated);
    const Bytes rest = part(at_, size() - at_);
    const auto alive = std::find_if(rest.begin(), rest.end(), [](std::byte b) { return b != std::byte{0}; });
    return {true, rest.end() - alive};
  }

  Bytes archive_;
  const std::string& file_;
  const std::function<void(const TarMember&)>& visit_;
  int64_t at_ = 0;
  Announced announced_;
};

void put(std::string& block, size_t at, std::string_view text) {
  std::copy(text.begin(), text.end(), block.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

TarEnd walk_tar(Bytes archive, const std::string& file, const std::function<void(const TarMember&)>& visit) {
  return TarWalk(archive, file, visit).run();
}

namespace {

void put_checksum(std::string& block) {
  put(block, 148, "        ");
  int sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put(block, 148, fmt::format("{:06o}", sum));
  block[154] = '\0';
}

}  // namespace

std::string tar_header(std::string_view name, int64_t size) {
  DECANT_CHECK(name.size(), <, 100u);
  std::string block(kTarBlock, '\0');
  put(block, 0, name);
  put(block, 100, "0000644");
  put(block, 108, "0000000");
  put(block, 116, "0000000");
  put(block, 124, fmt::format("{:011o}", size));
  put(block, 136, "00000000000");
  put(block, 156, "0");
  put(block, 257, std::string_view("ustar\00000", 8));
  put_checksum(block);
  return block;
}

std::optional<std::string> resized_headers(Bytes headers, int64_t size) {
  DECANT_CHECK(std::ssize(headers), >=, kTarBlock);
  // A pax header before the file's own may give the size, and then wins over it.
  if (std::ssize(headers) > kTarBlock && as_text(headers).find(" size=") != std::string_view::npos) return std::nullopt;
  std::string copy(as_text(headers));
  std::string block = copy.substr(copy.size() - kTarBlock);
  put(block, 124, fmt::format("{:011o}", size));
  block[135] = '\0';
  put_checksum(block);
  return copy.replace(copy.size() - kTarBlock, kTarBlock, block);
}

}  // namespace decant
