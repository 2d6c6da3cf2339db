// Which columns of a Parquet file are the picture and the label, and what its classes are called.
//
// The metadata `huggingface` says it, where the datasets library wrote the file: features of the
// types Image and ClassLabel, the latter with names. Else a picture is a struct with a member
// `bytes`, or a column of binary values, whose first value begins like one; of several, the one
// with a usual name (image, img, …), else the first. A label is a column with a usual name (label,
// class, … as next to pictures), else the first ClassLabel.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decant/data/dataset.h"
#include "decant/formats/parquet/file.h"

namespace decant::parquet {

/// As the user named them; empty = by the content. "a.b" is the member b of the struct a.
struct RoleNames {
  std::string image;
  std::string label;
};

struct Roles {
  int image = -1;                    ///< column of the picture's bytes; −1 = there is none
  int image_path = -1;               ///< column of its path
  int label = -1;                    ///< column
  std::vector<std::string> classes;  ///< names by number, where the file has them
};

/// Throws InputError where a column that was named is missing, or holds something else.
Roles find_roles(const ParquetFile& file, const RoleNames& names, std::vector<Oddity>& oddities);

/// The names of a ClassLabel in the file's metadata; empty where it has none.
std::vector<std::string> class_names_of(const Footer& footer, const std::string& column);

/// Whether a schema has a column that its names or types say is a picture: without reading values.
bool may_have_pictures(const Footer& footer);

/// "'image', 'label' and 3 more": the top of the schema.
std::string columns_text(const Footer& footer);

}  // namespace decant::parquet
