// MATLAB's MAT-files, version 5, as far as arrays of numbers go, and the two data sets that come in
// them: SVHN's cropped digits (docs/formats/svhn.md has a worked example).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/dataset.h"

namespace decant {

/// One variable: real numbers in MATLAB's order, where the first axis runs fastest.
struct MatArray {
  std::string name;
  std::vector<int64_t> shape;
  bool is_bytes = false;  ///< stored as unsigned bytes: `data` holds them
  Bytes data;
  std::vector<double> numbers;        ///< else the values, of arrays of at most 2^26 numbers
  std::shared_ptr<const void> owner;  ///< of inflated data; else null, and `data` views the file
};

/// Every variable that is an array of real numbers; others (cells, structures, texts) are left out.
/// `name` is for messages. Throws InputError: no MAT-file of version 5 (7.3 is HDF5: the message
/// says how to convert), big-endian, sizes that do not fit.
std::vector<MatArray> parse_mat(Bytes file, const std::string& name);

/// A file train_32x32.mat, or a folder with one.
bool looks_like_svhn(const std::filesystem::path& path);

/// SVHN's cropped digits: X (32, 32, 3, n) and y (n, 1) with digits 1 to 10, of which 10 is the
/// digit 0 and gets label 0, as in torchvision. test_32x32.mat next to it is the test split. Keys
/// are "train_32x32.mat#17". The writer leaves a MAT-file of version 5 of the same name, compressed
/// where the source is. Throws InputError.
Dataset open_svhn(const std::filesystem::path& path);

}  // namespace decant
