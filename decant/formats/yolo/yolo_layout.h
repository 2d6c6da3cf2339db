// Where the pictures and labels of a YOLO set are.
//
//   data.yaml                                     says it (data_yaml.h)
//   FOLDER/images/train/…, FOLDER/labels/train/…  without one: images and labels side by side, or
//   FOLDER/train/images/…, FOLDER/train/labels/…  in the folder of each split
//   FOLDER/obj.names, FOLDER/…/x.jpg and x.txt    labels next to the pictures, as darknet has them
//
// The label of a picture is found by ultralytics' rule: the last folder "images" of its path
// becomes "labels", the ending ".txt".
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/formats/yolo/data_yaml.h"

namespace decant::yolo {

/// What names a set's parts: a data.yaml, or folders with the usual names.
struct YoloSource {
  std::filesystem::path yaml;    ///< empty = none
  std::filesystem::path names;   ///< without a yaml: a file with the name of a class per line; empty = none
  std::filesystem::path folder;  ///< of the yaml, or that was named
  DataYaml set;
  std::vector<Oddity> oddities;
};

/// `path`: a data.yaml, or a folder. Nothing where there is no YOLO set. Throws InputError for a
/// yaml that cannot be read.
std::optional<YoloSource> find_yolo(const std::filesystem::path& path);

/// Whether find_yolo() would find one, or throw. Reads the starts of a few files.
bool looks_like_yolo_set(const std::filesystem::path& path);

struct YoloPicture {
  std::string key;    ///< below YoloPictures::base; is_safe_relative()
  std::string fault;  ///< of a line that names no picture, or one a second time
};

/// The pictures of a split in the order in which ultralytics numbers them: by their whole paths.
struct YoloPictures {
  std::filesystem::path base;  ///< that keys are relative to
  std::vector<YoloPicture> pictures;
  std::vector<std::string> folders;          ///< keys of the folders that were named; "" = base itself
  std::vector<std::filesystem::path> lists;  ///< files of lines that were named
  std::vector<std::string> resolved;         ///< what was named, as absolute paths
};

/// Throws InputError where a folder or list is not there, naming the places looked at; Cancelled.
YoloPictures list_yolo_pictures(const YoloSource& source, Split split, const Context& context);

/// The folders of the pictures of all splits, and of their labels, those that are there. A split
/// that cannot be found is left out. Cost: lists are read, folders are not listed.
std::vector<std::filesystem::path> folders_of_source(const YoloSource& source);

/// Folders of pictures with labels that stand next to a yaml and that it does not name, relative to
/// it, by the key that they would stand under. Cost: as folders_of_source() where there is one.
std::map<std::string, std::string> unnamed_splits(const YoloSource& source);

/// By ultralytics' rule, of a picture's key or path.
std::string label_of_picture(std::string_view picture);

}  // namespace decant::yolo
