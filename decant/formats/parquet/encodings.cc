#include "decant/formats/parquet/encodings.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "decant/base/text.h"
#include "decant/formats/inflate/inflate.h"
#include "decant/formats/parquet/delta.h"

namespace decant::parquet {
namespace {

constexpr int kMostBits = 32;

/// Numbers of so many bits, the lowest first.
class BitReader {
 public:
  BitReader(Bytes in, int bits) : in_(in), bits_(bits) {}
  uint32_t next() {
    while (held_ < bits_) {
      buffer_ |= std::to_integer<uint64_t>(at_ < in_.size() ? in_[at_] : std::byte{0}) << held_;
      ++at_;
      held_ += 8;
    }
    const auto value = static_cast<uint32_t>(buffer_ & ((uint64_t{1} << bits_) - 1));
    buffer_ >>= bits_;
    held_ -= bits_;
    return value;
  }

 private:
  Bytes in_;
  int bits_;
  size_t at_ = 0;
  uint64_t buffer_ = 0;
  int held_ = 0;
};

class HybridReader {
 public:
  HybridReader(Bytes in, int bits, uint32_t most, const Where& where) : in_(in), bits_(bits), most_(most), where_(where) {}

  void read(int64_t count, std::vector<uint32_t>& out) {
    while (count > 0) {
      const uint64_t head = varint();
      const auto room = static_cast<uint64_t>(count);
      // Groups of 8 may go beyond the count; runs may not, but some writers' do.
      const uint64_t here = (head & 1) != 0 ? ((head >> 1) > room / 8 ? room : (head >> 1) * 8) : std::min(head >> 1, room);
      if (here == 0) where_.refuse("has a run of no values");
      if ((head & 1) != 0)
        read_packed(head >> 1, here, out);
      else
        read_run(here, out);
      count -= static_cast<int64_t>(here);
    }
  }

 private:
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ >= in_.size()) where_.refuse("ends before its last value");
      const auto byte = std::to_integer<uint64_t>(in_[at_++]);
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    where_.refuse("holds a number of more than 64 bits");
  }

  void read_run(uint64_t count, std::vector<uint32_t>& out) {
    uint32_t value = 0;
    for (int i = 0; i < (bits_ + 7) / 8; ++i) {
      if (at_ >= in_.size()) where_.refuse("ends before its last value");
      value |= std::to_integer<uint32_t>(in_[at_++]) << (8 * i);
    }
    require(value);
    out.insert(out.end(), static_cast<size_t>(count), value);
  }

  void read_packed(uint64_t groups, uint64_t count, std::vector<uint32_t>& out) {
    const uint64_t needed = (count * static_cast<uint64_t>(bits_) + 7) / 8;
    if (needed > in_.size() - at_) where_.refuse("ends before its last value");
    BitReader reader(in_.subspan(at_), bits_);
    for (uint64_t i = 0; i < count; ++i) {
      const uint32_t value = reader.next();
      require(value);
      out.push_back(value);
    }
    const auto width = static_cast<uint64_t>(std::max(bits_, 1));
    at_ += groups > (in_.size() - at_) / width ? in_.size() - at_ : static_cast<size_t>(groups) * static_cast<size_t>(bits_);
  }

  void require(uint32_t value) const {
    if (value > most_) where_.refuse(fmt::format("holds {} where {} is the most", value, most_));
  }

  Bytes in_;
  int bits_;
  uint32_t most_;
  const Where& where_;
  size_t at_ = 0;
};

/// `count` · `width` bytes from the front.
Bytes take_fixed(Bytes in, int64_t count, int width, const Where& where) {
  if (count > 0 && in.size() / static_cast<size_t>(width) < static_cast<size_t>(count)) where.refuse("ends before its last value");
  return in.first(static_cast<size_t>(count * width));
}

void read_plain_texts(Bytes in, int64_t count, Values& out, const Where& where) {
  if (static_cast<size_t>(count) > in.size() / 4) where.refuse("ends before its last value");
  out.texts.reserve(static_cast<size_t>(count));
  size_t at = 0;
  for (int64_t i = 0; i < count; ++i) {
    uint32_t size = 0;
    if (in.size() - at < 4) where.refuse("ends before its last value");
    std::memcpy(&size, in.data() + at, 4);
    at += 4;
    if (size > in.size() - at) where.refuse(fmt::format("has a value of {} bytes that goes beyond its end", size));
    out.texts.push_back(as_text(in.subspan(at, size)));
    at += size;
  }
}

void read_plain_booleans(Bytes in, int64_t count, Values& out, const Where& where) {
  if (static_cast<size_t>(count) > in.size() * 8) where.refuse("ends before its last value");
  out.own.resize(static_cast<size_t>(count));
  for (size_t i = 0; i < out.own.size(); ++i) out.own[i] = static_cast<char>(std::to_integer<int>(in[i / 8]) >> (i % 8) & 1);
  out.fixed = out.own;
}

void read_rle_booleans(Bytes in, int64_t count, Values& out, const Where& where) {
  if (in.size() < 4) where.refuse("ends before its last value");
  std::vector<uint32_t> numbers;
  read_hybrid(in.subspan(4), 1, count, 1, numbers, where);
  for (const uint32_t number : numbers) out.own += static_cast<char>(number);
  out.fixed = out.own;
}

void read_indexed(Bytes in, int64_t count, const Values* dictionary, Values& out, const Where& where) {
  if (dictionary == nullptr) where.refuse("points into a dictionary, and its column has none");
  if (count == 0) return;
  if (in.empty()) where.refuse("ends before its last value");
  const int bits = std::to_integer<int>(in[0]);
  if (bits > kMostBits) where.refuse(fmt::format("has numbers of {} bits", bits));
  if (dictionary->count == 0) where.refuse("points into a dictionary without values");
  std::vector<uint32_t> indexes;
  read_hybrid(in.subspan(1), bits, count, static_cast<uint32_t>(dictionary->count - 1), indexes, where);
  out.packed = dictionary->packed;
  if (out.packed != nullptr) {
    out.spans.reserve(indexes.size());
    for (const uint32_t index : indexes) out.spans.push_back(dictionary->spans[index]);
    return;
  }
  if (out.width == 0) {
    out.texts.reserve(indexes.size());
    for (const uint32_t index : indexes) out.texts.push_back(dictionary->texts[index]);
    return;
  }
  const auto width = static_cast<size_t>(out.width);
  out.own.reserve(indexes.size() * width);
  for (const uint32_t index : indexes) out.own += dictionary->fixed.substr(index * width, width);
  out.fixed = out.own;
}

void read_split(Bytes in, int64_t count, Values& out, const Where& where) {
  const Bytes all = take_fixed(in, count, out.width, where);
  const auto width = static_cast<size_t>(out.width);
  out.own.resize(all.size());
  for (size_t byte = 0; byte < width; ++byte) {
    for (size_t i = 0; i < static_cast<size_t>(count); ++i)
      out.own[i * width + byte] = std::to_integer<char>(all[byte * static_cast<size_t>(count) + i]);
  }
  out.fixed = out.own;
}

void read_delta_numbers(Bytes in, int64_t count, Values& out, const Where& where) {
  std::vector<int64_t> numbers;
  read_delta(in, count, numbers, where);
  out.own.resize(numbers.size() * static_cast<size_t>(out.width));
  for (size_t i = 0; i < numbers.size(); ++i)
    std::memcpy(out.own.data() + i * static_cast<size_t>(out.width), &numbers[i],
                static_cast<size_t>(out.width));  // little-endian: the lower half
  out.fixed = out.own;
}

/// Lengths, then all bytes.
void read_delta_texts(Bytes in, int64_t count, std::vector<std::string_view>& out, const Where& where) {
  std::vector<int64_t> lengths;
  size_t at = read_delta(in, count, lengths, where);
  for (const int64_t length : lengths) {
    if (length < 0 || static_cast<uint64_t>(length) > in.size() - at)
      where.refuse(fmt::format("has a value of {} bytes that goes beyond its end", length));
    out.push_back(as_text(in.subspan(at, static_cast<size_t>(length))));
    at += static_cast<size_t>(length);
  }
}

/// How much of the value before each begins with, then the rest of each.
void read_front_coded(Bytes in, int64_t count, Values& out, const Where& where) {
  std::vector<int64_t> prefixes;
  const size_t at = read_delta(in, count, prefixes, where);
  std::vector<std::string_view> rests;
  read_delta_texts(in.subspan(at), count, rests, where);
  std::vector<size_t> ends;
  size_t before = 0;  // where the value before begins
  for (size_t i = 0; i < prefixes.size(); ++i) {
    const size_t begin = out.own.size();
    if (prefixes[i] < 0 || static_cast<uint64_t>(prefixes[i]) > begin - before)
      where.refuse("has a value that begins with more than the one before it holds");
    if (begin + static_cast<size_t>(prefixes[i]) + rests[i].size() > most_unpacked(in.size()))
      where.refuse("unpacks to more than its bytes can be meant to");
    out.own.append(out.own, before, static_cast<size_t>(prefixes[i]));
    out.own += rests[i];
    ends.push_back(out.own.size());
    before = begin;
  }
  const std::string_view all = out.own;
  if (out.width > 0 && all.size() != static_cast<size_t>(count * out.width)) where.refuse("has values of a wrong width");
  if (out.width > 0) {
    out.fixed = all;
    return;
  }
  for (size_t i = 0; i < ends.size(); ++i) out.texts.push_back(all.substr(i == 0 ? 0 : ends[i - 1], ends[i] - (i == 0 ? 0 : ends[i - 1])));
}

[[noreturn]] void refuse_encoding(Encoding encoding, const Node& column, const Where& where) {
  where.refuse(fmt::format("has encoding {}, which is not for values like those of '{}'", static_cast<int>(encoding), column.path));
}

}  // namespace

int bits_for(uint32_t most) {
  return static_cast<int>(std::bit_width(most));
}

void read_hybrid(Bytes in, int bits, int64_t count, uint32_t most, std::vector<uint32_t>& out, const Where& where) {
  if (bits == 0 && in.empty()) {  // some writers leave out runs of nothing but 0
    out.insert(out.end(), static_cast<size_t>(count), 0);
    return;
  }
  HybridReader(in, bits, most, where).read(count, out);
}

std::string write_hybrid(const std::vector<uint32_t>& numbers, int bits) {
  std::string out;
  const auto varint = [&](uint64_t value) {
    for (; value >= 128; value >>= 7) out += static_cast<char>(value | 128);
    out += static_cast<char>(value);
  };
  if (numbers.empty()) return out;
  if (std::ranges::all_of(numbers, [&](uint32_t number) { return number == numbers.front(); })) {
    varint(static_cast<uint64_t>(numbers.size()) << 1);
    for (int i = 0; i < (bits + 7) / 8; ++i) out += static_cast<char>(numbers.front() >> (8 * i));
    return out;
  }
  varint((numbers.size() + 7) / 8 << 1 | 1);
  const size_t begin = out.size();
  out.resize(begin + (numbers.size() + 7) / 8 * static_cast<size_t>(bits));
  size_t place = 0;
  for (const uint32_t number : numbers) {
    for (int bit = 0; bit < bits; ++bit, ++place) {
      if ((number >> bit & 1) != 0)
        out[begin + place / 8] = static_cast<char>(static_cast<uint8_t>(out[begin + place / 8]) | 1u << (place % 8));
    }
  }
  return out;
}

void read_values(Bytes in, Encoding encoding, const Node& column, int64_t count, const Values* dictionary, Values& out,
                 const Where& where) {
  out.width = column.width;
  out.count = count;
  const bool texts = column.width == 0;
  const bool boolean = column.type == Physical::boolean;
  switch (encoding) {
    case Encoding::plain:
      if (texts) return read_plain_texts(in, count, out, where);
      if (boolean) return read_plain_booleans(in, count, out, where);
      out.fixed = as_text(take_fixed(in, count, column.width, where));
      return;
    case Encoding::plain_dictionary:
    case Encoding::rle_dictionary:
      return read_indexed(in, count, dictionary, out, where);
    case Encoding::rle:
      if (boolean) return read_rle_booleans(in, count, out, where);
      break;
    case Encoding::delta_binary:
      if (column.type == Physical::int32 || column.type == Physical::int64) return read_delta_numbers(in, count, out, where);
      break;
    case Encoding::delta_length:
      if (texts) return read_delta_texts(in, count, out.texts, where);
      break;
    case Encoding::delta_bytes:
      if (texts || column.type == Physical::fixed) return read_front_coded(in, count, out, where);
      break;
    case Encoding::byte_stream_split:
      if (!texts && !boolean) return read_split(in, count, out, where);
      break;
    case Encoding::bit_packed:
      break;
  }
  refuse_encoding(encoding, column, where);
}

void read_packed_texts(const SnappyIndex& packed, size_t at, int64_t count, Values& out, const Where& where) {
  if (static_cast<size_t>(count) > (packed.size() - at) / 4) where.refuse("ends before its last value");
  out.count = count;
  out.packed = &packed;
  out.spans.reserve(static_cast<size_t>(count));
  std::vector<std::byte> scratch;
  for (int64_t i = 0; i < count; ++i) {
    uint32_t size = 0;
    if (packed.size() - at < 4) where.refuse("ends before its last value");
    std::memcpy(&size, packed.read(at, 4, scratch).data(), 4);
    at += 4;
    if (size > packed.size() - at) where.refuse(fmt::format("has a value of {} bytes that goes beyond its end", size));
    out.spans.push_back({static_cast<uint32_t>(at), size});
    at += size;
  }
}

void append_plain(std::string& page, const Node& column, std::string_view value) {
  if (column.width == 0) {
    const auto size = static_cast<uint32_t>(value.size());
    page.append(reinterpret_cast<const char*>(&size), 4);
  }
  page += value;
}

std::string write_booleans(std::string_view values) {
  std::string out((values.size() + 7) / 8, '\0');
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0) out[i / 8] = static_cast<char>(static_cast<uint8_t>(out[i / 8]) | 1u << (i % 8));
  }
  return out;
}

}  // namespace decant::parquet
