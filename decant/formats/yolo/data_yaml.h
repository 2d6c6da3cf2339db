// data.yaml: where the pictures of a YOLO set are, and what its classes are called.
//
//   path: ../datasets/zoo       # the root; without it the folder of this file
//   train: images/train         # a folder, a .txt list of pictures, or a list of these
//   val: images/val
//   names: [cat, dog]           # or {0: cat, 1: dog}
//   kpt_shape: [17, 3]          # of sets with keypoints
//
// Other keys are carried along, except `download`, which holds code that trainers run.
//
// Read by yaml-cpp, whose nodes do not unfold aliases, so a file of them stays as large as it is;
// written by replacing the lines of a few keys, so that every other byte stays.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "decant/data/dataset.h"

namespace decant::yolo {

struct DataYaml {
  std::string text;  ///< of the file, but a CR that ends a line is LF here; empty for a set without one
  std::string path;  ///< empty = none
  std::map<Split, std::vector<std::string>> splits;
  std::vector<std::string> classes;
  int64_t keypoints = 0;           ///< that follow a box: k of kpt_shape [k, d]
  int64_t numbers_per_point = 0;   ///< d
  std::vector<std::string> notes;  ///< of what is odd in it
};

/// Throws InputError, naming the line: no YAML, no mapping, a key that matters twice, a value of
/// another kind, class numbers beyond a million, more than 64 MB; IoError.
DataYaml read_data_yaml(const std::filesystem::path& file);

/// Whether a file that ends as YAML has `train`, and `names` or `nc`. Reads 1 MB at most.
bool looks_like_data_yaml(const std::filesystem::path& file);

/// "train", "val" or "test", as ultralytics calls them.
const char* yaml_key_of(Split split);

/// The text with other values of the splits and without `path` and `download`; a split that is not
/// among `values` stays as it is. Every other byte is the source's, unless the document is written
/// so that lines do not tell its keys apart ({train: …}, anchors in what is replaced): then the
/// same document as yaml-cpp writes it.
std::string with_splits(const DataYaml& yaml, const std::map<Split, std::vector<std::string>>& values);

/// A document that says this and nothing else.
std::string new_yaml(const std::map<Split, std::vector<std::string>>& values, const std::vector<std::string>& classes);

}  // namespace decant::yolo
