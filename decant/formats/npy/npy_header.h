// The text between an .npy file's magic and its elements: a Python dictionary with three known
// keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace decant::npy {

struct Header {
  std::string descr;  ///< "<f4"; empty when it is no string (a structured dtype is a list)
  bool fortran_order = false;
  std::vector<int64_t> shape;
};

/// Parses {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }. Keys come in any order, each
/// exactly once. Throws InputError naming `file` and the byte; `offset` is where the text starts in
/// the file.
Header parse_header(std::string_view text, int64_t offset, const std::string& file);

}  // namespace decant::npy
