// Configurations: several data sets in one repository of the Hugging Face hub, languages say, which
// its README.md lists between the first two lines "---":
//
//   configs:
//   - config_name: en
//     data_files:
//     - split: train
//       path: en/train-*.parquet
//     default: true
//   - config_name: de
//     data_files: de/*.parquet
//
// data_files is a pattern, a list of patterns, a list of splits with patterns, or a mapping of
// splits to patterns; data_dir names the folder that they are relative to. In a pattern * and ?
// stand for characters of one name, [a-z] for one of them, and ** for any number of folders.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace decant::parquet {

struct Configuration {
  struct Files {
    std::string split;  ///< as written: "train", "test_sft"; empty = what the names of files say
    std::vector<std::string> patterns;
  };
  std::string name;
  std::string folder;        ///< data_dir
  bool preferred = false;    ///< "default: true", or called default where none says so
  std::vector<Files> files;  ///< empty = all of the folder
};

/// Those that a README.md lists, in its order; none of a text that lists none or is no YAML.
std::vector<Configuration> configurations_of_card(std::string_view card);

/// Whether a relative path is one that the pattern stands for. Cost: pattern × path at most.
bool matches_path(std::string_view pattern, std::string_view path);

/// The split of one of its files, by its path below the root: nullptr where it is none of them.
const Configuration::Files* files_with(const Configuration& configuration, std::string_view path);

/// The place of the one to read: the one called `wanted`; without a name the only one, or the
/// preferred one. Throws InputError, naming `file` and the names there are, where this does not
/// decide. REQUIRES: there are some.
size_t chosen_configuration(const std::vector<Configuration>& all, const std::string& wanted, const std::string& file);

/// "'en', 'de' and 14 more"
std::string names_text(const std::vector<Configuration>& all);

}  // namespace decant::parquet
