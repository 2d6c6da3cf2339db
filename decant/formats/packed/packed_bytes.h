// Whole numbers in bytes: little-endian ones of a fixed width, and LEB128 for small ones (seven
// bits in each byte, the lowest first, the top bit set on all but the last).
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/file.h"

namespace decant::packed {

/// REQUIRES: sizeof(T) bytes at `at`.
template <std::unsigned_integral T>
T load(const std::byte* at) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value | (std::to_integer<T>(at[i]) << (8 * i)));
  return value;
}

template <std::unsigned_integral T>
void append(std::vector<std::byte>& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<std::byte>(value >> (8 * i) & 255));
}

inline void append_varint(std::vector<std::byte>& out, uint64_t value) {
  for (; value >= 128; value >>= 7) out.push_back(static_cast<std::byte>((value & 127) | 128));
  out.push_back(static_cast<std::byte>(value));
}

inline void append_text(std::vector<std::byte>& out, std::string_view text) {
  append_varint(out, text.size());
  out.insert(out.end(), as_bytes(text).begin(), as_bytes(text).end());
}

/// Takes bytes from the front. Whatever is not there, or exceeds its limit, is an InputError about
/// `name`, `place`.
class ByteReader {
 public:
  ByteReader(Bytes bytes, std::string_view name, std::string_view place) : left_(bytes), name_(name), place_(place) {}

  Bytes take(uint64_t count) {
    if (count > left_.size()) fail("ends too early");
    const Bytes taken = left_.first(static_cast<size_t>(count));
    left_ = left_.subspan(taken.size());
    return taken;
  }
  uint64_t varint(uint64_t most) {
    uint64_t value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      const auto byte = std::to_integer<uint64_t>(take(1)[0]);
      value |= (byte & 127) << shift;
      if (byte < 128 && value <= most) return value;
      if (byte < 128) break;
    }
    fail(fmt::format("holds a number that is too large (at most {} makes sense)", most));
  }
  std::string text() { return std::string(as_text(take(varint(left_.size())))); }
  Bytes rest() const { return left_; }
  bool done() const { return left_.empty(); }
  [[noreturn]] void fail(std::string what) const {
    throw InputError({std::string(name_), std::string(place_), std::move(what), "The file is damaged: fetch or make it again"});
  }

 private:
  Bytes left_;
  std::string_view name_;
  std::string_view place_;
};

}  // namespace decant::packed
