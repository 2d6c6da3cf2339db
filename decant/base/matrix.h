// A matrix is rows × cols, row-major, `stride` elements from one row to the next. Three types for a
// big array: the view, the owner (Matrix), and Features in data/, which also knows where the memory
// comes from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace decant {

template <class T>
struct MatrixView {
  T* data = nullptr;
  int64_t rows = 0;
  int64_t cols = 0;
  int64_t stride = 0;

  MatrixView() = default;
  MatrixView(T* d, int64_t r, int64_t c) : data(d), rows(r), cols(c), stride(c) {}
  MatrixView(T* d, int64_t r, int64_t c, int64_t s) : data(d), rows(r), cols(c), stride(s) {}
  operator MatrixView<const T>() const { return {data, rows, cols, stride}; }

  std::span<T> operator[](int64_t row) const { return {data + row * stride, static_cast<size_t>(cols)}; }
  MatrixView slice(int64_t begin, int64_t end) const { return {data + begin * stride, end - begin, cols, stride}; }
};

template <class T>
class Matrix {
 public:
  Matrix() = default;
  Matrix(int64_t rows, int64_t cols) : values_(static_cast<size_t>(rows * cols)), rows_(rows), cols_(cols) {}

  int64_t rows() const { return rows_; }
  int64_t cols() const { return cols_; }
  T* data() { return values_.data(); }
  const T* data() const { return values_.data(); }
  std::span<T> operator[](int64_t row) { return view()[row]; }
  std::span<const T> operator[](int64_t row) const { return view()[row]; }
  MatrixView<T> view() { return {values_.data(), rows_, cols_}; }
  MatrixView<const T> view() const { return {values_.data(), rows_, cols_}; }

 private:
  std::vector<T> values_;
  int64_t rows_ = 0;
  int64_t cols_ = 0;
};

}  // namespace decant
