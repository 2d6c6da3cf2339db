// What folders of pictures seem to mean and are not read as: said, so that nobody trains on it
// unaware.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "decant/data/dataset.h"
#include "decant/formats/imagefolder/picture_tree.h"

namespace decant {

/// Classes that are named as splits ("Train" and "Test"), or one class alone that is. `root`: the
/// folder that holds them.
void note_split_names(const std::filesystem::path& root, const std::vector<std::string>& classes, std::vector<Oddity>& oddities);

/// One class alone that holds a split, or folders that may be the classes: a folder too many above
/// them. `folder`: of the class, which is read.
void note_only_class(const std::filesystem::path& folder, std::vector<Oddity>& oddities);

/// A class in a folder that tools make and hide (".ipynb_checkpoints", "__MACOSX") and that holds
/// pictures.
void note_hidden_class(const std::filesystem::path& folder, int64_t pictures, std::vector<Oddity>& oddities);

/// Names in `folder` that may be lists of labels: tables (.csv, .tsv, .jsonl, .parquet) and up to
/// eight .txt or .json, those left out that stand for one picture each (1.txt next to 1.jpg).
std::vector<std::string> possible_lists(const Folder& folder);

/// How the training pictures are labelled without those lists.
struct LabelsFound {
  int64_t classes = 0;                                       ///< folders
  std::string only_class;                                    ///< its name, when there is one
  std::string picture;                                       ///< file name of one: a .txt or .json that names it is a list
  std::map<std::filesystem::path, std::string> faults = {};  ///< why a list that was read gives no labels
};

/// Files that seem to hold labels and are not read. `files`: full paths of what possible_lists()
/// gave. Where folders give two classes or more, only metadata.csv, .jsonl and .parquet are
/// mentioned, which may say something else. Reads at most 64 kB of each .txt and .json.
void note_label_files(const std::vector<std::filesystem::path>& files, const LabelsFound& found, std::vector<Oddity>& oddities);

}  // namespace decant
