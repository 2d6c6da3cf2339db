#include "decant/formats/parquet/delta.h"

#include <algorithm>

namespace decant::parquet {
namespace {

constexpr uint64_t kMostInBlock = 1 << 16;
constexpr int kMostDeltaBits = 64;

class DeltaReader {
 public:
  DeltaReader(Bytes in, const Where& where) : in_(in), where_(where) {}

  size_t read(int64_t count, std::vector<int64_t>& out) {
    const uint64_t block = varint();
    const uint64_t parts = varint();
    const uint64_t total = varint();
    auto value = static_cast<uint64_t>(zigzag());
    if (block == 0 || block > kMostInBlock || block % 128 != 0 || parts == 0 || block % parts != 0 || block / parts % 32 != 0)
      where_.refuse(fmt::format("has blocks of {} differences in {} parts", block, parts));
    if (total != static_cast<uint64_t>(count)) where_.refuse(fmt::format("holds {} values where {} should be", total, count));
    if (count == 0) return at_;
    out.push_back(static_cast<int64_t>(value));
    for (uint64_t left = total - 1; left > 0;) left -= read_block(block, parts, left, value, out);
    return at_;
  }

 private:
  uint64_t read_block(uint64_t block, uint64_t parts, uint64_t left, uint64_t& value, std::vector<int64_t>& out) {
    const auto least = static_cast<uint64_t>(zigzag());
    const Bytes widths = take(parts);
    uint64_t read = 0;
    for (const std::byte width : widths) {
      if (read == left) break;  // the parts that are left hold nothing
      const int bits = std::to_integer<int>(width);
      if (bits > kMostDeltaBits) where_.refuse(fmt::format("has differences of {} bits", bits));
      const Bytes packed = take(block / parts * static_cast<uint64_t>(bits) / 8);
      const uint64_t here = std::min(block / parts, left - read);
      for (uint64_t i = 0; i < here; ++i) {
        value += least + bits_at(packed, i * static_cast<uint64_t>(bits), bits);
        out.push_back(static_cast<int64_t>(value));
      }
      read += here;
    }
    return read;
  }

  static uint64_t bits_at(Bytes packed, uint64_t place, int bits) {
    uint64_t number = 0;
    for (int got = 0; got < bits;) {
      const auto shift = static_cast<int>(place % 8);
      const int here = std::min(8 - shift, bits - got);
      const uint64_t part = std::to_integer<uint64_t>(packed[place / 8]) >> shift & ((uint64_t{1} << here) - 1);
      number |= part << got;
      got += here;
      place += static_cast<uint64_t>(here);
    }
    return number;
  }

  Bytes take(uint64_t size) {
    if (size > in_.size() - at_) where_.refuse("ends before its last value");
    at_ += size;
    return in_.subspan(at_ - size, size);
  }
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = std::to_integer<uint64_t>(take(1)[0]);
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    where_.refuse("holds a number of more than 64 bits");
  }
  int64_t zigzag() {
    const uint64_t number = varint();
    return static_cast<int64_t>(number >> 1 ^ (~(number & 1) + 1));
  }

  Bytes in_;
  const Where& where_;
  size_t at_ = 0;
};

}  // namespace

size_t read_delta(Bytes in, int64_t count, std::vector<int64_t>& out, const Where& where) {
  return DeltaReader(in, where).read(count, out);
}

}  // namespace decant::parquet
