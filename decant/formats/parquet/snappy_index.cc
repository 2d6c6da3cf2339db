#include "decant/formats/parquet/snappy_index.h"

#include <algorithm>
#include <cstring>

#include "decant/base/text.h"

namespace decant::parquet {
namespace {

/// The elements of a block, one after the other.
class ElementReader {
 public:
  ElementReader(Bytes in, const Where& where) : in_(in), where_(where) {}

  bool at_end() const { return at_ == in_.size(); }
  size_t at() const { return at_; }

  /// At most 32 bits, in at most five bytes; longer forms than needed are allowed.
  uint32_t length() {
    uint32_t value = 0;
    for (uint32_t shift = 0; shift < 32; shift += 7) {
      const uint32_t byte = number(1);
      if (shift == 28 && (byte & 127) > 15) break;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    refuse("its length has more than 32 bits");
  }

  struct Element {
    size_t size;
    size_t offset;  ///< 0: a literal, at at()
  };

  Element next() {
    const uint32_t tag = number(1);
    const uint32_t high = tag >> 2;
    switch (tag & 3) {
      case 0:
        return literal(high);
      case 1:
        return copy(4 + (high & 7), (tag >> 5) << 8 | number(1));
      case 2:
        return copy(high + 1, number(2));
      default:
        return copy(high + 1, number(4));
    }
  }

  void skip(size_t size) { at_ += size; }

  [[noreturn]] void refuse(const std::string& why) const { where_.refuse("does not unpack (SNAPPY): " + why); }

 private:
  Element literal(uint32_t code) {
    const size_t size = code < 60 ? size_t{code} + 1 : size_t{number(code - 59)} + 1;
    if (size > in_.size() - at_) refuse("it ends inside a literal");
    return {size, 0};
  }

  Element copy(uint32_t size, uint32_t offset) const {
    if (offset == 0) refuse("a copy begins where it ends");
    return {size, offset};
  }

  uint32_t number(uint32_t bytes) {
    if (bytes > in_.size() - at_) refuse("it ends inside an element");
    uint32_t value = 0;
    std::memcpy(&value, in_.data() + at_, bytes);  // little-endian
    at_ += bytes;
    return value;
  }

  Bytes in_;
  const Where& where_;
  size_t at_ = 0;
};

}  // namespace

std::optional<SnappyIndex> SnappyIndex::make(Bytes packed, size_t size, const Where& where) {
  if (size < kLeast || packed.size() < size / 8 * 7 || packed.size() >= kStored || size >= kStored) return std::nullopt;
  ElementReader elements(packed, where);
  if (const uint32_t claimed = elements.length(); claimed != size)
    elements.refuse(fmt::format("it claims {} bytes, and its page {}", claimed, size));
  SnappyIndex index(packed);
  while (!elements.at_end()) {
    const auto [length, offset] = elements.next();
    if (length > size - index.size_) elements.refuse(fmt::format("it goes beyond the {} bytes that it claims", size));
    if (offset > index.size_) elements.refuse("a copy begins before the first byte");
    if (offset == 0) {
      index.add_literal(elements.at(), length);
      elements.skip(length);
    } else {
      index.add_copy(offset, length);
    }
    if (index.is_too_large()) return std::nullopt;
  }
  if (index.size_ != size) elements.refuse(fmt::format("it ends after {} of the {} bytes that it claims", index.size_, size));
  index.store_.shrink_to_fit();
  index.pieces_.shrink_to_fit();
  return index;
}

bool SnappyIndex::is_too_large() const {
  return static_cast<size_t>(memory()) > kLeast / 8 + size_ / 8;
}

void SnappyIndex::add_literal(size_t place, size_t size) {
  const auto from = static_cast<uint32_t>(place);
  if (size < kShort) return store(from, size);
  pieces_.push_back({static_cast<uint32_t>(size_), from});
  size_ += size;
}

void SnappyIndex::add_copy(size_t offset, size_t size) {
  size_t from = size_ - offset;
  // Of what is copied a part may be what this copy itself adds: a stretch repeats then.
  for (size_t i = piece_of(from); size > 0;) {
    const Piece piece = pieces_[i];
    const size_t here = std::min(size, end_of(i) - from);
    store(piece.source + static_cast<uint32_t>(from - piece.begin), here);
    from += here;
    size -= here;
    if (from == end_of(i)) ++i;
  }
}

void SnappyIndex::store(uint32_t from, size_t size) {
  const size_t at = store_.size();
  if (pieces_.empty() || pieces_.back().is_literal())
    pieces_.push_back({static_cast<uint32_t>(size_), static_cast<uint32_t>(at) | kStored});
  store_.resize(at + size);
  const std::byte* const begin = (from & kStored) != 0 ? store_.data() + (from & ~kStored) : packed_.data() + from;
  std::memcpy(store_.data() + at, begin, size);
  size_ += size;
}

size_t SnappyIndex::piece_of(size_t place) const {
  const auto after = std::ranges::upper_bound(pieces_, place, {}, &Piece::begin);
  return static_cast<size_t>(after - pieces_.begin()) - 1;
}

bool SnappyIndex::is_literal(size_t begin, size_t size) const {
  if (size == 0) return true;
  const size_t piece = piece_of(begin);
  return pieces_[piece].is_literal() && size <= end_of(piece) - begin;
}

Bytes SnappyIndex::read(size_t begin, size_t size, std::vector<std::byte>& scratch) const {
  if (size == 0) return {};
  const size_t piece = piece_of(begin);
  if (pieces_[piece].is_literal() && size <= end_of(piece) - begin)
    return packed_.subspan(pieces_[piece].source + begin - pieces_[piece].begin, size);
  if (scratch.size() < size) scratch.resize(size);
  size_t at = 0;
  visit(begin, size, [&](Bytes bytes, bool) {
    std::memcpy(scratch.data() + at, bytes.data(), bytes.size());
    at += bytes.size();
  });
  return Bytes(scratch.data(), size);
}

}  // namespace decant::parquet
