// Thrift's compact protocol, as Parquet keeps its footers, page headers and indexes in it: a struct
// is fields with numbers, each of a type; whatever is not known is skipped.
//
// Nothing is built: the caller visits fields and elements, and takes or skips each. Lengths and
// counts are checked against the bytes that are left, and depth is bounded, before either is
// believed. Every fault is an InputError at `where`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/formats/parquet/where.h"

namespace decant::parquet {

enum class Thrift : uint8_t {
  stop = 0,
  yes = 1,
  no = 2,
  byte = 3,
  i16 = 4,
  i32 = 5,
  i64 = 6,
  number = 7,
  binary = 8,
  list = 9,
  set = 10,
  map = 11,
  object = 12,
  uuid = 13
};

class ThriftReader {
 public:
  /// `where` must outlive this.
  ThriftReader(Bytes bytes, const Where& where) : bytes_(bytes), where_(where) {}

  size_t at() const { return at_; }

  /// Calls each(id, type) for every field of a struct; it must take or skip the value.
  template <class Each>
  void each_field(Each&& each) {
    int16_t id = 0;
    for (;;) {
      const uint8_t head = next();
      const Thrift type = thrift_type(head & 15);
      if (type == Thrift::stop) return;
      id = (head >> 4) != 0 ? static_cast<int16_t>(id + (head >> 4)) : static_cast<int16_t>(zigzag());
      each(static_cast<int>(id), type);
    }
  }
  /// The same for a field that should be a struct.
  template <class Each>
  void each_field(Thrift type, Each&& each) {
    expect(type == Thrift::object);
    each_field(each);
  }
  /// Calls each(type of element) for every element of a list; it must take or skip it.
  template <class Each>
  void each_element(Thrift type, Each&& each) {
    const auto [count, element] = list_head(type);
    for (size_t i = 0; i < count; ++i) each(element);
  }

  int64_t whole(Thrift type);    ///< of any integer type
  int32_t whole32(Thrift type);  ///< refused where it does not fit
  bool flag(Thrift type);        ///< of a field, not of a list
  std::string_view text(Thrift type);
  void skip(Thrift type, int depth = 0);
  /// Skips the value and gives its bytes.
  std::string_view raw(Thrift type);

 private:
  struct ListHead {
    size_t count;
    Thrift element;
  };

  uint8_t next();
  uint64_t varint();
  int64_t zigzag();
  Thrift thrift_type(int code) const;
  ListHead list_head(Thrift type);
  void take(size_t count);
  void expect(bool holds) const;
  void skip_element(Thrift type, int depth);

  Bytes bytes_;
  const Where& where_;
  size_t at_ = 0;
};

/// Writes the same. Fields must come by ascending number.
class ThriftWriter {
 public:
  const std::string& text() const { return text_; }

  void begin_object() { last_.push_back(0); }
  void end_object() {
    text_ += '\0';
    last_.pop_back();
  }
  void field(int id, Thrift type);
  void whole(int id, Thrift type, int64_t value);
  void flag(int id, bool value) { field(id, value ? Thrift::yes : Thrift::no); }
  void text(int id, std::string_view value);
  /// A value that a reader gave as raw(): any type but a flag.
  void raw(int id, Thrift type, std::string_view bytes);
  void begin_list(int id, Thrift element, size_t count);
  void element(int64_t value) { zigzag(value); }  ///< of a list of integers
  void element(std::string_view value);           ///< of a list of texts
  void append(std::string_view bytes) { text_ += bytes; }

 private:
  void varint(uint64_t value);
  void zigzag(int64_t value) { varint(static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63)); }

  std::string text_;
  std::vector<int> last_;  ///< the number of the last field, for each open struct
};

}  // namespace decant::parquet
