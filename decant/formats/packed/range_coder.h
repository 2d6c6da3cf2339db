// A binary arithmetic coder: a bit of probability p costs −log2 p bits, to within 0.01 %.
//
// The coder keeps an interval [low, high] of 32-bit numbers. A bit cuts it in two, in proportion to
// the probabilities, and takes a side; leading bytes on which both ends agree are shifted out. Any
// number of the last interval tells all bits, so the shortest is written, and the reader takes
// bytes behind the end as zeros. (After Witten, Neal and Cleary, "Arithmetic coding for data
// compression", CACM 1987; without carries, as in Mahoney's lpaq.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "decant/base/file.h"

namespace decant::packed {

constexpr int kProbabilityBits = 16;
constexpr uint32_t kEven = uint32_t{1} << (kProbabilityBits - 1);

/// The last number of the part of [low, high] that stands for a one. `one`: the probability of a
/// one, in 1 … 2^16 − 1 of 2^16.
inline uint32_t cut(uint32_t low, uint32_t high, uint32_t one) {
  return low + static_cast<uint32_t>((uint64_t{high - low} * one) >> kProbabilityBits);
}

class RangeEncoder {
 public:
  /// Appends to `out`.
  explicit RangeEncoder(std::vector<std::byte>& out) : out_(out) {}

  void write(bool bit, uint32_t one) {
    const uint32_t middle = cut(low_, high_, one);
    (bit ? high_ : low_) = bit ? middle : middle + 1;
    for (; ((low_ ^ high_) >> 24) == 0; low_ <<= 8, high_ = (high_ << 8) | 255) put(high_ >> 24);
  }
  /// The fewest bytes that lie in the interval, whatever zeros follow.
  void finish() {
    for (int bytes = 0; bytes <= 4; ++bytes) {
      const uint32_t below = bytes == 4 ? 0 : ~uint32_t{0} >> (8 * bytes);
      const uint64_t shortest = (uint64_t{low_} + below) & ~uint64_t{below};
      if (shortest > high_) continue;
      for (int i = 0; i < bytes; ++i) put(static_cast<uint32_t>(shortest) >> (24 - 8 * i));
      return;
    }
  }

 private:
  void put(uint32_t byte) { out_.push_back(static_cast<std::byte>(byte & 255)); }

  std::vector<std::byte>& out_;
  uint32_t low_ = 0;
  uint32_t high_ = ~uint32_t{0};
};

/// Reads any bytes at all: those that no encoder wrote give some bits.
class RangeDecoder {
 public:
  explicit RangeDecoder(Bytes bytes) : next_(bytes.data()), end_(bytes.data() + bytes.size()) {
    for (int i = 0; i < 4; ++i) code_ = (code_ << 8) | take();
  }

  bool read(uint32_t one) {
    const uint32_t middle = cut(low_, high_, one);
    const bool bit = code_ <= middle;
    (bit ? high_ : low_) = bit ? middle : middle + 1;
    for (; ((low_ ^ high_) >> 24) == 0; low_ <<= 8, high_ = (high_ << 8) | 255) code_ = (code_ << 8) | take();
    return bit;
  }

 private:
  uint32_t take() { return next_ == end_ ? 0 : std::to_integer<uint32_t>(*next_++); }

  const std::byte* next_;
  const std::byte* end_;
  uint32_t low_ = 0;
  uint32_t high_ = ~uint32_t{0};
  uint32_t code_ = 0;
};

}  // namespace decant::packed
