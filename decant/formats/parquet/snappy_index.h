// A snappy block read without unpacking it.
//
// A block is its unpacked length (a varint) and elements: literals, bytes that stand there as they
// are, and copies of bytes before (github.com/google/snappy, format_description.txt). What does not
// compress, as pictures do not, is long literals with few bytes between. A walk over the elements
// finds where in the block each stretch of the output stands; copies and short literals are put
// into a small store of their own. After that any range of the output can be had: as a view of the
// block where it lies inside one literal, else put together from few stretches.
//
// The walk accepts the blocks that libsnappy unpacks, and no others.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/file.h"
#include "decant/formats/parquet/where.h"

namespace decant::parquet {

/// A view of the block: `packed` must outlive it. Const members may be called from many threads.
class SnappyIndex {
 public:
  /// Blocks that unpack to less are not worth an index.
  static constexpr size_t kLeast = size_t{1} << 16;
  /// Literals shorter than this go into the store.
  static constexpr size_t kShort = 64;

  /// Of a block that unpacks to `size` bytes. Nothing where the block is better unpacked: it has
  /// fewer than 7/8 of `size` bytes, or the index of what was walked over so far takes more than
  /// 1/8 of that. Throws InputError where the walk meets what no block may hold: an element that
  /// goes beyond the end of the block or of the output, a copy from before the start, an output
  /// that is shorter than `size`. Cost: touches each element's tag, and the bytes that are copied.
  static std::optional<SnappyIndex> make(Bytes packed, size_t size, const Where& where);

  size_t size() const { return size_; }
  /// The index's own.
  int64_t memory() const { return static_cast<int64_t>(store_.size() + pieces_.size() * sizeof(Piece)); }

  /// Whether this range of the output lies inside one literal.
  bool is_literal(size_t begin, size_t size) const;
  /// A range of the output: a view of the block where it is_literal(), else put into `scratch`,
  /// which grows where it must and never shrinks. REQUIRES: begin + size <= size().
  Bytes read(size_t begin, size_t size, std::vector<std::byte>& scratch) const;
  /// Calls each(bytes, is_literal) for the stretches that a range consists of, in their order;
  /// literals are views of the block, others of the index.
  template <class Each>
  void visit(size_t begin, size_t size, Each&& each) const {
    for (size_t i = piece_of(begin); size > 0; ++i) {
      const size_t skip = begin - pieces_[i].begin;
      const size_t here = std::min(size, end_of(i) - begin);
      each(Bytes(start_of(pieces_[i]) + skip, here), pieces_[i].is_literal());
      begin += here;
      size -= here;
    }
  }

 private:
  static constexpr uint32_t kStored = uint32_t{1} << 31;

  /// A stretch of the output, up to the next.
  struct Piece {
    uint32_t begin;   ///< in the output
    uint32_t source;  ///< its place in the block; with kStored, in the store
    bool is_literal() const { return (source & kStored) == 0; }
  };

  explicit SnappyIndex(Bytes packed) : packed_(packed) {}

  const std::byte* start_of(const Piece& piece) const {
    return piece.is_literal() ? packed_.data() + piece.source : store_.data() + (piece.source & ~kStored);
  }
  size_t end_of(size_t piece) const { return piece + 1 < pieces_.size() ? pieces_[piece + 1].begin : size_; }
  size_t piece_of(size_t place) const;

  bool is_too_large() const;
  void add_literal(size_t place, size_t size);
  void add_copy(size_t offset, size_t size);
  /// `from`: in the store (kStored) or in the block, and may be in what is being added to.
  void store(uint32_t from, size_t size);

  Bytes packed_;
  size_t size_ = 0;  ///< of the output so far
  std::vector<Piece> pieces_;
  std::vector<std::byte> store_;
};

}  // namespace decant::parquet
