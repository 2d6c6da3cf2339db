#include "decant/features/fitted_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <utility>

#include "decant/base/errors.h"
#include "decant/formats/safetensors/floats.h"

namespace decant::features {
namespace {

constexpr const char* kKind = "fitted";
constexpr const char* kFitAgain = "Fit again: decant features DATA --fit-only -o FILE.safetensors";

template <class T>
std::vector<T> copied(Bytes bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace

FittedFileWriter& FittedFileWriter::setting(const std::string& name, int64_t value) {
  metadata_[name] = std::to_string(value);
  return *this;
}

FittedFileWriter& FittedFileWriter::add(const std::string& name, ElementType type, std::vector<int64_t> shape, Bytes data) {
  tensors_.push_back({name, type, std::move(shape), data});
  return *this;
}

FittedFileWriter& FittedFileWriter::add(const std::string& name, MatrixView<const float> matrix) {
  DECANT_CHECK(matrix.stride, ==, matrix.cols);
  return add(name, ElementType::f32, {matrix.rows, matrix.cols},
             std::as_bytes(std::span(matrix.data, static_cast<size_t>(matrix.rows * matrix.cols))));
}

FittedFileWriter& FittedFileWriter::add(const std::string& name, std::span<const float> values) {
  return add(name, ElementType::f32, {std::ssize(values)}, std::as_bytes(values));
}

FittedFileWriter& FittedFileWriter::add(const std::string& name, std::span<const double> values) {
  return add(name, ElementType::f64, {std::ssize(values)}, std::as_bytes(values));
}

FittedFileWriter& FittedFileWriter::add(const std::string& name, std::span<const int32_t> values) {
  return add(name, ElementType::i32, {std::ssize(values)}, std::as_bytes(values));
}

void FittedFileWriter::write(const std::filesystem::path& path) const {
  write_safetensors(path, tensors_, metadata_);
}

FittedFile::FittedFile(const std::filesystem::path& path, const std::string& kind) : path_(path.string()), file_(open_safetensors(path)) {
  const auto found = file_.metadata.find(kKind);
  if (found == file_.metadata.end()) refuse("", "holds nothing that decant fitted");
  if (found->second != kind) refuse("", fmt::format("was fitted for '{}', and '{}' is needed", found->second, kind));
}

void FittedFile::refuse(const std::string& place, const std::string& what) const {
  throw InputError({path_, place, what, kFitAgain});
}

int64_t FittedFile::setting(const std::string& name, int64_t least, int64_t most) const {
  const auto found = file_.metadata.find(name);
  if (found == file_.metadata.end()) refuse(name, "is missing");
  int64_t value = 0;
  const char* const end = found->second.data() + found->second.size();
  if (const auto [stop, code] = std::from_chars(found->second.data(), end, value); code != std::errc() || stop != end)
    refuse(name, "is not a number");
  if (value < least || value > most) refuse(name, fmt::format("is {}, and must lie between {} and {}", value, least, most));
  return value;
}

std::vector<int64_t> FittedFile::shape(const std::string& name) const {
  return require_tensor(file_, name, path_, kFitAgain).shape;
}

Bytes FittedFile::data(const std::string& name, ElementType type, const std::vector<int64_t>& shape) const {
  const SafeTensor& tensor = require_tensor(file_, name, path_, kFitAgain);
  if (tensor.type != type || tensor.shape != shape)
    refuse(name, fmt::format("is {} {}, and must be {} {}", safetensors_name(tensor.type), shape_text(tensor.shape), safetensors_name(type),
                             shape_text(shape)));
  return tensor.data;
}

Matrix<float> FittedFile::matrix(const std::string& name, int64_t rows, int64_t cols) const {
  data(name, ElementType::f32, {rows, cols});
  Matrix<float> values(rows, cols);
  copy_floats(*file_.find(name), path_, {values.data(), static_cast<size_t>(rows * cols)});
  return values;
}

std::vector<float> FittedFile::floats(const std::string& name, int64_t count) const {
  data(name, ElementType::f32, {count});
  std::vector<float> values(static_cast<size_t>(count));
  copy_floats(*file_.find(name), path_, values);
  return values;
}

std::vector<double> FittedFile::doubles(const std::string& name, int64_t count) const {
  std::vector<double> values = copied<double>(data(name, ElementType::f64, {count}));
  if (!std::ranges::all_of(values, [](double value) { return std::isfinite(value); })) refuse(name, "holds a value that is not finite");
  return values;
}

std::vector<int32_t> FittedFile::integers(const std::string& name, int64_t count) const {
  return copied<int32_t>(data(name, ElementType::i32, {count}));
}

std::string fitted_kind(const std::filesystem::path& path) {
  try {
    const SafeTensors file = open_safetensors(path);
    const auto found = file.metadata.find(kKind);
    return found == file.metadata.end() ? "" : found->second;
  } catch (const Error&) {  // no such file, or none that can be read
    return "";
  }
}

}  // namespace decant::features
