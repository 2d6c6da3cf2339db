#include "decant/formats/parquet/thrift.h"

#include <limits>

namespace decant::parquet {
namespace {

constexpr int kDeepest = 24;  // Parquet's own structs are 7 deep

}  // namespace

void ThriftReader::expect(bool holds) const {
  if (!holds) where_.refuse(fmt::format("is not what Parquet has there (byte {} of it)", at_));
}

uint8_t ThriftReader::next() {
  if (at_ >= bytes_.size()) where_.refuse("ends too early");
  return std::to_integer<uint8_t>(bytes_[at_++]);
}

uint64_t ThriftReader::varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const uint8_t byte = next();
    value |= static_cast<uint64_t>(byte & 127) << shift;
    if (byte < 128) return value;
  }
  where_.refuse("holds a number of more than 64 bits");
}

int64_t ThriftReader::zigzag() {
  const uint64_t value = varint();
  return static_cast<int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

Thrift ThriftReader::thrift_type(int code) const {
  expect(code <= static_cast<int>(Thrift::uuid));
  return static_cast<Thrift>(code);
}

void ThriftReader::take(size_t count) {
  if (count > bytes_.size() - at_) where_.refuse("ends too early");
  at_ += count;
}

ThriftReader::ListHead ThriftReader::list_head(Thrift type) {
  expect(type == Thrift::list || type == Thrift::set);
  const uint8_t head = next();
  const uint64_t count = (head >> 4) == 15 ? varint() : head >> 4;
  if (count > bytes_.size() - at_) where_.refuse(fmt::format("has a list of {} entries in {} bytes", count, bytes_.size() - at_));
  return {static_cast<size_t>(count), thrift_type(head & 15)};
}

int64_t ThriftReader::whole(Thrift type) {
  if (type == Thrift::byte) return static_cast<int8_t>(next());
  expect(type == Thrift::i16 || type == Thrift::i32 || type == Thrift::i64);
  return zigzag();
}

int32_t ThriftReader::whole32(Thrift type) {
  const int64_t value = whole(type);
  expect(value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max());
  return static_cast<int32_t>(value);
}

bool ThriftReader::flag(Thrift type) {
  expect(type == Thrift::yes || type == Thrift::no);
  return type == Thrift::yes;
}

std::string_view ThriftReader::text(Thrift type) {
  expect(type == Thrift::binary);
  const uint64_t size = varint();
  const size_t begin = at_;
  take(size);
  return as_text(bytes_.subspan(begin, size));
}

void ThriftReader::skip_element(Thrift type, int depth) {
  if (type == Thrift::yes || type == Thrift::no)
    next();
  else
    skip(type, depth);
}

void ThriftReader::skip(Thrift type, int depth) {
  if (depth > kDeepest) where_.refuse("is nested too deep");
  switch (type) {
    case Thrift::stop:
      expect(false);
      break;
    case Thrift::yes:
    case Thrift::no:
      break;
    case Thrift::byte:
      next();
      break;
    case Thrift::i16:
    case Thrift::i32:
    case Thrift::i64:
      varint();
      break;
    case Thrift::number:
      take(8);
      break;
    case Thrift::uuid:
      take(16);
      break;
    case Thrift::binary:
      text(type);
      break;
    case Thrift::list:
    case Thrift::set: {
      const auto [count, element] = list_head(type);
      for (size_t i = 0; i < count; ++i) skip_element(element, depth + 1);
      break;
    }
    case Thrift::map: {
      const uint64_t count = varint();
      if (count == 0) break;
      if (count > bytes_.size() - at_) where_.refuse("has a map with more entries than bytes");
      const uint8_t types = next();
      for (uint64_t i = 0; i < count; ++i) {
        skip_element(thrift_type(types >> 4), depth + 1);
        skip_element(thrift_type(types & 15), depth + 1);
      }
      break;
    }
    case Thrift::object:
      each_field([&](int, Thrift field) { skip(field, depth + 1); });
      break;
  }
}

std::string_view ThriftReader::raw(Thrift type) {
  const size_t begin = at_;
  skip(type);
  return as_text(bytes_.subspan(begin, at_ - begin));
}

void ThriftWriter::varint(uint64_t value) {
  for (; value >= 128; value >>= 7) text_ += static_cast<char>(value | 128);
  text_ += static_cast<char>(value);
}

void ThriftWriter::field(int id, Thrift type) {
  const int step = id - last_.back();
  DECANT_CHECK(step, >, 0);
  last_.back() = id;
  if (step <= 15) {
    text_ += static_cast<char>(step << 4 | static_cast<int>(type));
    return;
  }
  text_ += static_cast<char>(type);
  zigzag(id);
}

void ThriftWriter::whole(int id, Thrift type, int64_t value) {
  field(id, type);
  zigzag(value);
}

void ThriftWriter::text(int id, std::string_view value) {
  field(id, Thrift::binary);
  element(value);
}

void ThriftWriter::element(std::string_view value) {
  varint(value.size());
  text_ += value;
}

void ThriftWriter::raw(int id, Thrift type, std::string_view bytes) {
  field(id, type);
  text_ += bytes;
}

void ThriftWriter::begin_list(int id, Thrift type, size_t count) {
  field(id, Thrift::list);
  if (count < 15) {
    text_ += static_cast<char>(count << 4 | static_cast<size_t>(type));
    return;
  }
  text_ += static_cast<char>(0xf0 | static_cast<int>(type));
  varint(count);
}

}  // namespace decant::parquet
