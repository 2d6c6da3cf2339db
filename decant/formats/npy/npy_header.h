// The text between an .npy file's magic and its elements: a Python dictionary with three known
// keys.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"

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

inline constexpr std::string_view kMagic = "\x93NUMPY";

/// A file taken apart; what its elements are, and whether they fit, is not looked at yet.
struct StoredArray {
  Header header;
  Bytes data;  ///< all that follows the header
};

/// Throws InputError: no .npy file, a header that does not parse, columns stored one after another.
StoredArray parse_stored(Bytes file, const std::string& name);

/// Throws InputError unless the data are just what the shape takes. A shape may lie: nothing is
/// multiplied before it is known to fit.
void require_length(const StoredArray& stored, int64_t element_bytes, const std::string& name);

/// "(3, 2)", "(3,)".
std::string text_of(std::span<const int64_t> shape);

}  // namespace decant::npy
