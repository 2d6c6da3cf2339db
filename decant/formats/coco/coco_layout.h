// Which files of a folder are a COCO set: the json of each split, and where its pictures are.
//
//   FOLDER/annotations/instances_train2017.json   FOLDER/train2017/*.jpg            as COCO is published
//   FOLDER/train/_annotations.coco.json           FOLDER/train/*.jpg                a folder per split
//   FOLDER/labels.json                            FOLDER/data/*.jpg                 one split
//   FILE.json                                     next to it, or as above           that json alone
//
// The split is the word in the json's name ("val" of instances_val2017.json), else that of its
// folder; a set of one split is a training split, whatever it is called. Of several files of one
// split one gives objects, the others (keypoints, captions) go with its images.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "decant/data/dataset.h"

namespace decant::coco {

struct CocoSplit {
  std::filesystem::path json;                 ///< that rows come from; relative to the root
  std::vector<std::filesystem::path> others;  ///< of the same split, likewise
};

struct CocoLayout {
  std::filesystem::path root;
  std::map<Split, CocoSplit> splits;  ///< holds train
};

/// `path`: a json, or a folder. Throws InputError where it holds rows to test on alone, of more
/// than one split; IoError. `splits` is empty where there is no COCO json.
CocoLayout find_coco(const std::filesystem::path& path);

/// Where the parts of a json's split lie, relative to the root: its own folder, or what that is in
/// where it is annotations/.
std::filesystem::path folder_of_split(const std::filesystem::path& json);

/// Folders, relative to the root ("" = the root), where the pictures of a json may be, the
/// likeliest first.
std::vector<std::string> picture_folders(const std::filesystem::path& json, Split split);

/// The one of them in which most of `names` are there, the first of equals; −1 where none is.
int folder_with(const std::filesystem::path& root, const std::vector<std::string>& folders, const std::vector<std::string>& names);

}  // namespace decant::coco
