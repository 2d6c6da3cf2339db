// The labels of the pictures of a split, read side by side.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/data/objects.h"
#include "decant/formats/yolo/label_lines.h"
#include "decant/formats/yolo/yolo_layout.h"

namespace decant::yolo {

struct YoloLabels {
  Objects objects;
  std::vector<uint64_t> hashes;  ///< of each label file; 0 = the picture has none
  bool beside = false;           ///< labels were read next to the pictures
  int64_t found = 0;             ///< label files
  int32_t highest = kNoLabel;    ///< class
  std::vector<Oddity> oddities;
};

/// Labels are those of label_of_picture(); where no picture of the split has one there, those next
/// to the pictures. A label that is no file, or cannot be read, is a fault of its picture. Cost per
/// picture: its label, and its head (picture_head()). All threads; stops with Cancelled.
YoloLabels read_yolo_labels(YoloPictures& pictures, const LineRules& rules, const Context& context);

/// Where the label of a key lies: below the base, or where ultralytics' rule leads from there.
std::filesystem::path label_path(const std::filesystem::path& base, const std::string& key, bool beside);

}  // namespace decant::yolo
