// NumPy's .npy files: one array, a short text header before its bytes (docs/formats/npy.md has a
// worked example).
//
// Read: versions 1 to 3, little-endian, C order, mapped and not copied where the bytes allow it.
// Written: exactly the bytes that numpy.save writes. Not read: Fortran order, big-endian,
// structured and object arrays; the message says what to call in NumPy.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/base/matrix.h"
#include "decant/data/dataset.h"
#include "decant/data/features.h"
#include "decant/formats/element_type.h"

namespace decant {

/// An array as stored. `data` holds exactly the elements, row-major; it need not be aligned for
/// them (NumPy aligns to 64 bytes, other writers do not). It lives as long as `owner`, or as the
/// bytes given to parse_npy().
struct NpyArray {
  ElementType type = ElementType::f32;
  std::vector<int64_t> shape;
  Bytes data;
  std::shared_ptr<const void> owner;

  /// Length of the first axis. REQUIRES: at least one axis.
  int64_t count() const { return shape.front(); }
  /// Bytes of one entry along the first axis. REQUIRES: count() > 0.
  int64_t row_bytes() const { return static_cast<int64_t>(data.size()) / count(); }
  Bytes row(int64_t index) const { return data.subspan(static_cast<size_t>(index * row_bytes()), static_cast<size_t>(row_bytes())); }
};

/// Checks and describes a whole file in memory; `name` is for messages. Throws InputError: not an
/// .npy file, a header that does not parse, a shape whose bytes are not exactly those that follow
/// the header (fewer or more).
NpyArray parse_npy(Bytes file, const std::string& name);

/// The same for a mapped file. Cost: the header; the elements are not touched.
NpyArray open_npy(const std::filesystem::path& path);

/// The element at `index`, counted through the whole array.
double number_at(const NpyArray& array, size_t index);
/// The same as an integer: nothing for a fraction, infinity or NaN; ±2^53 for a float beyond, −2
/// for an unsigned integer beyond int64.
std::optional<int64_t> whole_at(const NpyArray& array, size_t index);

/// A float matrix (n, d), n and d > 0, in one file or in shards (npy_shards.h says how they are
/// named): float32, float16, bfloat16 or float64, also mixed, mapped as they are stored (rows are
/// converted when they are asked for). Several files of a vector each, all alike, are its rows, and
/// are copied. Values are not checked here: require_finite() does that.
/// Throws InputError for another dtype or shape, and for shards of different width. Cost: the
/// headers.
Features read_features(const std::string& spec);

/// The largest label read: whatever counts per class stays small, however the file was forged.
constexpr int32_t kLargestLabel = (1 << 24) - 1;

/// The numbers of open_npy_labels() (npy_labels.h).
std::vector<int32_t> read_labels(const std::filesystem::path& path, int64_t expected_rows);

/// Row numbers of shape (n,), any integer dtype, each ≥ 0; order and repeats are kept. Throws
/// InputError naming the position.
std::vector<int64_t> read_indices(const std::filesystem::path& path);

/// One number per row, of shape (n,) or (n, 1), any dtype; NaN and infinities are the
/// caller's to judge. Throws InputError for another shape or length.
std::vector<double> read_column(const std::filesystem::path& path, int64_t expected_rows);

/// The bytes before the elements, as numpy.save writes them: magic, version, header padded so that
/// the elements start at a multiple of
/// 64. Version 1.
std::string npy_header(ElementType type, std::span<const int64_t> shape);
/// The same for NumPy's name of a dtype, "<U5".
std::string npy_header(std::string_view descr, std::span<const int64_t> shape);

/// Writes an array through FileWriter. T: int32_t, int64_t or float. REQUIRES: values.size() =
/// product of shape.
template <class T>
void write_npy(const std::filesystem::path& path, std::span<const T> values, std::span<const int64_t> shape);
/// The same for shape (n,).
template <class T>
void write_npy(const std::filesystem::path& path, std::span<const T> values) {
  const int64_t shape[] = {static_cast<int64_t>(values.size())};
  write_npy(path, values, std::span<const int64_t>(shape));
}

/// A float32 (rows, cols) file that is filled in place, by any number of threads, as PATH.partial
/// mapped into memory; zero at first. The disk space is taken at the start, so a full disk is an
/// IoError here and never a SIGBUS while filling. commit() renames to PATH and ends the view;
/// destroyed without it, the partial file is removed.
class NpyWriter {
 public:
  NpyWriter(std::filesystem::path path, int64_t rows, int64_t cols);
  ~NpyWriter();
  NpyWriter(const NpyWriter&) = delete;
  NpyWriter& operator=(const NpyWriter&) = delete;

  MatrixView<float> rows() const { return view_; }
  void commit();

 private:
  void close();

  std::filesystem::path path_;
  std::filesystem::path partial_;
  void* mapping_ = nullptr;
  size_t size_ = 0;
  int descriptor_ = -1;
  MatrixView<float> view_;
};

/// A data set without pictures: row i of a float matrix, in one file or in shards, is sample i, its
/// key the decimal i, its bytes the row as stored; where shards differ in dtype, the row in the
/// narrowest to which all convert exactly. `labels`, one file for all rows, may be empty: then
/// every label is kNoLabel. The writer leaves features.npy, in that dtype, and, when there are
/// labels, labels.npy in the dtype they came in.
Dataset open_npy_dataset(const std::string& spec, const std::filesystem::path& labels);

}  // namespace decant
