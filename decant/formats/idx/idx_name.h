// The names of IDX files, taken apart.
#pragma once

#include <optional>
#include <string>

#include "decant/data/dataset.h"

namespace decant {

/// "emnist-letters-" "train" "-images" "-idx3-ubyte" ".gz"
struct IdxName {
  std::string file;
  std::string prefix;
  Split split = Split::train;
  bool images = false;
  bool numbers = false;  ///< labels as rows of numbers: idx2-int, as QMNIST has them
  bool dot = false;
  bool gzip = false;

  /// Bytes before numbers, plain before gzip, dash before dot.
  int preference() const { return (numbers ? 4 : 0) + (gzip ? 2 : 0) + (dot ? 1 : 0); }
};

/// Nothing for another name.
std::optional<IdxName> parse_idx_name(const std::string& file);

/// Of a file of pictures, that of its labels: the same but for -images and idx3.
std::string labels_file_of(const IdxName& images);

}  // namespace decant
