// Names of classes that a list only numbers: a ClassLabel feature of Hugging Face's descriptions,
// which lie at the root of a data set.
//
//   dataset_info.json, dataset_infos.json
//       {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}, the latter by
//       configuration
//   README.md
//       the same in YAML between two lines "---" at its beginning, of which only what the datasets
//       library writes is read: a list of features by indentation, and below "class_label:" and
//       "names:" lines "'0': cat", or "- cat"
//
// Of several, the first that has names for the field is taken.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace decant::labels {

/// Names by number; empty where the description has none for that field, or is none.
std::vector<std::string> class_names_in_json(std::string_view text, const std::string& field);
std::vector<std::string> class_names_in_card(std::string_view text, const std::string& field);

struct ClassNames {
  std::vector<std::string> names;  ///< by number; empty = there are none
  std::filesystem::path file;      ///< where they stand
};
/// Descriptions of more than 16 MB are passed over, and so are those that cannot be read.
ClassNames find_class_names(const std::filesystem::path& root, const std::string& field);

}  // namespace decant::labels
