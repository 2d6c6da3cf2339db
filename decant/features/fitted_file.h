// What an extractor learned from rows, in a file, so that rows elsewhere get the same features: a
// safetensors file whose metadata say which extractor ("fitted": "conv-kmeans 1") and with which
// settings. docs/formats/safetensors.md lists the tensors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/matrix.h"
#include "decant/formats/safetensors/safetensors.h"

namespace decant::features {

/// Collects tensors, which must outlive it.
class FittedFileWriter {
 public:
  /// `kind`: name and format of what was fitted, "conv-kmeans 1".
  explicit FittedFileWriter(const std::string& kind) : metadata_{{"fitted", kind}} {}
  FittedFileWriter& setting(const std::string& name, int64_t value);
  FittedFileWriter& add(const std::string& name, MatrixView<const float> matrix);  ///< REQUIRES: rows side by side
  FittedFileWriter& add(const std::string& name, std::span<const float> values);
  FittedFileWriter& add(const std::string& name, std::span<const double> values);
  FittedFileWriter& add(const std::string& name, std::span<const int32_t> values);
  /// Throws IoError.
  void write(const std::filesystem::path& path) const;

 private:
  FittedFileWriter& add(const std::string& name, ElementType type, std::vector<int64_t> shape, Bytes data);

  std::map<std::string, std::string> metadata_;
  std::vector<SafeTensor> tensors_;
};

/// Reads one. Every function throws InputError naming file and field for what is missing, has
/// another shape, or is no finite number.
class FittedFile {
 public:
  /// Throws InputError, too, for a file of another kind.
  FittedFile(const std::filesystem::path& path, const std::string& kind);

  int64_t setting(const std::string& name, int64_t least, int64_t most) const;
  std::vector<int64_t> shape(const std::string& name) const;
  Matrix<float> matrix(const std::string& name, int64_t rows, int64_t cols) const;
  std::vector<float> floats(const std::string& name, int64_t count) const;
  std::vector<double> doubles(const std::string& name, int64_t count) const;
  std::vector<int32_t> integers(const std::string& name, int64_t count) const;
  [[noreturn]] void refuse(const std::string& place, const std::string& what) const;

 private:
  Bytes data(const std::string& name, ElementType type, const std::vector<int64_t>& shape) const;

  std::string path_;
  SafeTensors file_;
};

/// "conv-kmeans 1"; empty for any other file.
std::string fitted_kind(const std::filesystem::path& path);

}  // namespace decant::features
