// Features: one row of floats per sample, rows × width, wherever and however they are stored.
//
// What is computed with is always float32; what is stored may be float32, float16, bfloat16, float8
// or float64, in one block or in many (a file each, usually mapped). Nothing is ever converted as a
// whole: a row that is not stored as aligned float32 is converted when it is asked for, into memory
// of the caller's. So features larger than memory pass through the page cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/matrix.h"

namespace decant {

enum class FloatType : uint8_t { f16, bf16, f32, f64, e4m3fn, e5m2 };

constexpr int64_t value_bytes(FloatType type) {
  switch (type) {
    case FloatType::e4m3fn:
    case FloatType::e5m2:
      return 1;
    case FloatType::f16:
    case FloatType::bf16:
      return 2;
    case FloatType::f32:
      return 4;
    case FloatType::f64:
      break;
  }
  return 8;
}

/// Rows side by side, little-endian. Nothing need be aligned; float32 that is not is copied row by
/// row.
struct FeatureBlock {
  const std::byte* data = nullptr;
  FloatType type = FloatType::f32;
  int64_t rows = 0;
  int64_t width = 0;
  int64_t stride = 0;                 ///< values from one row to the next
  std::shared_ptr<const void> owner;  ///< of the memory
  std::string name = {};              ///< the file, for messages; may be empty
};

/// A view with a share in whatever keeps the memory alive. Copies are cheap. Safe to read from
/// several threads.
class Features {
 public:
  Features() = default;
  /// One block of float32.
  Features(MatrixView<const float> rows, std::shared_ptr<const void> owner);
  /// The rows of the blocks, one after the other. REQUIRES: at least one block, all of the same
  /// width, none without rows.
  explicit Features(std::vector<FeatureBlock> blocks);

  int64_t count() const { return count_; }
  int64_t width() const { return width_; }

  /// The row as float32: where it is stored, or converted into `scratch`, which is made long
  /// enough. A float16, bfloat16 or float8 converts exactly, a float64 is rounded. Costs a division
  /// where blocks are of one size, else a binary search; nothing for one block.
  std::span<const float> row(int64_t row, std::vector<float>& scratch) const;
  /// The same into memory of `width()` floats.
  void copy_row(int64_t row, std::span<float> out) const;

  /// Whether every row lies in memory as aligned float32, so that stored_row() may be called.
  bool is_stored_float32() const { return stored_; }
  /// `width()` floats. REQUIRES: is_stored_float32().
  const float* stored_row(int64_t row) const { return first_.data != nullptr ? first_.data + row * first_.stride : find_stored_row(row); }

  /// All of it as one matrix. REQUIRES: one block of aligned float32 (or no rows):
  /// one_float32_block() makes one.
  MatrixView<const float> matrix() const;
  bool is_matrix() const { return count_ == 0 || first_.data != nullptr; }

  /// Empty for features that were default-constructed.
  std::span<const FeatureBlock> blocks() const;
  /// Which block a row is in, and which of its rows it is.
  struct Place {
    const FeatureBlock* block;
    int64_t row;
  };
  Place place_of(int64_t row) const;

 private:
  struct Blocks {
    std::vector<FeatureBlock> blocks;
    std::vector<int64_t> begin;  ///< of every block its first row, and the count at last
    int64_t rows_each = 0;       ///< of every block but the last, which has no more; 0 = they differ
  };
  const float* find_stored_row(int64_t row) const;

  std::shared_ptr<const Blocks> blocks_;
  MatrixView<const float> first_;  ///< everything, when it is one block of aligned float32; else no data
  int64_t count_ = 0;
  int64_t width_ = 0;
  bool stored_ = true;
};

/// The same features as one block of float32, for those who need a matrix: themselves if they are
/// one, else a copy of 4 · rows · width bytes.
Features one_float32_block(const Features& features);

/// Rows [begin, end).
struct RowRange {
  int64_t begin = 0;
  int64_t end = -1;  ///< −1: all that follow
};

/// Throws InputError naming the first row that holds a NaN or an infinity. `name`: the file, for
/// blocks without a name. One pass. `skip`: rows that may hold anything, as one flag per row; empty
/// = none. `range`: the only rows that are read.
void require_finite(const Features& features, const std::string& name, const std::vector<bool>& skip = {}, const RowRange& range = {},
                    const Context& context = {});

}  // namespace decant
