// YOLO sets: pictures, each with a text of its boxes, outlines or keypoints. docs/formats/yolo.md
// has the layouts, the rules and a worked example.
//
// A picture is a row; rows stand by the picture's path, as ultralytics sorts them. A set of some
// rows has their pictures and labels byte for byte, and a data.yaml by which trainers see these and
// no others.
#pragma once

#include <filesystem>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"

namespace decant {

/// `path`: a data.yaml, or a folder (yolo/yolo_layout.h). Throws InputError for a yaml that cannot
/// be read or names training pictures that are not there; IoError.
Dataset open_yolo(const std::filesystem::path& path, const Context& context);

/// Where the rows of all splits are read from: folders of pictures, of what lists name too, and of
/// their labels. Throws InputError, IoError.
std::vector<std::filesystem::path> folders_of_yolo(const std::filesystem::path& path);

/// Whether a file is a data.yaml, or a folder holds one, or images/ and labels/. Reads the starts
/// of a few files.
bool looks_like_yolo(const std::filesystem::path& path);

}  // namespace decant
