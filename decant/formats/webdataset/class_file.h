// The file next to shards that names their classes.
//
//   classes.txt    a name on each line, that of label 0 first
//   classes.json   a list of names; written where a name does not fit on a line, as folders may be
//                  called, and read where there is no classes.txt
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace decant::webdataset {

struct ClassFile {
  std::string name;  ///< "classes.txt" or "classes.json"; empty = there is none
  std::string text;  ///< what it holds
};

/// Reads the names of classes next to shards into `classes`, and leaves it alone where there are
/// none. Bytes that are not UTF-8 are kept in either file (base/json.h). Throws IoError.
ClassFile read_class_file(const std::filesystem::path& folder, std::vector<std::string>& classes);

/// The file for these names.
ClassFile class_file_for(const std::vector<std::string>& classes);

/// Writes it, if there is one. Returns bytes written.
int64_t write_class_file(const ClassFile& file, const std::filesystem::path& folder);

}  // namespace decant::webdataset
