// Labels in an .npy file: numbers of any kind without fractions, or texts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decant/base/file.h"

namespace decant {

/// The labels of rows, and how they are stored, so that some of them can be written alike.
struct NpyLabels {
  std::vector<int32_t> numbers;    ///< of each row, or kNoLabel
  std::vector<std::string> names;  ///< of classes, where labels are texts that are no numbers; else empty
  std::string descr;               ///< NumPy's dtype, "<i8" or "<U5"
  std::vector<int64_t> shape;      ///< (n,) or (n, 1)
  Bytes data;                      ///< one element per row
  std::shared_ptr<const void> owner;

  /// An .npy file of these rows' labels, in the dtype they came in.
  std::vector<std::byte> cut(std::span<const int64_t> rows) const;
};

/// Labels of shape (n,) or (n, 1): integers, bool and floats without fractions, each −1 (none) or
/// 0…kLargestLabel; or texts (NumPy's U and S). Texts that are all whole numbers are those numbers,
/// else the distinct texts are classes, sorted as np.unique() sorts them; an empty text is no
/// label.
/// `expected_rows` < 0 takes any n. Throws InputError naming the row of the first bad label.
NpyLabels open_npy_labels(const std::filesystem::path& path, int64_t expected_rows);

}  // namespace decant
