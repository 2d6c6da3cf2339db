// COCO sets: pictures with boxes, outlines and masks listed in a json. docs/formats/coco.md has the
// layouts, the rules and a worked example.
//
// A picture is a row; rows stand by ascending image id, as torchvision's CocoDetection and
// pycocotools sort them, and a row's key is the picture's path below the root. A set of some rows
// has their pictures and elements byte for byte; all rows give the same json, bit for bit.
#pragma once

#include <filesystem>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"

namespace decant {

/// `path`: a json, or a folder with some (coco/coco_layout.h). `pictures`: the folder that
/// file_names are relative to; empty = found next to the json. Throws InputError (coco/coco_json.h)
/// and for pictures that are not found; IoError.
Dataset open_coco(const std::filesystem::path& path, const std::filesystem::path& pictures, const Context& context);

/// Where the rows of all splits are read from: the folders in which pictures are found. Reads the
/// first images of each json. Throws InputError, IoError.
std::vector<std::filesystem::path> folders_of_coco(const std::filesystem::path& path, const std::filesystem::path& pictures);

/// What a look into the pictures of all splits adds to the oddities of a set that open_coco()
/// opened: those of another size than the json says, and those that EXIF turns. Opening reads no
/// picture, as boxes are in pixels. Nothing for other sets. Cost: the head of every picture.
std::vector<Oddity> oddities_of_coco_pictures(const Dataset& dataset, const Context& context);

/// Whether a folder holds COCO's json files, or a file is one. Reads 64 kB of each.
bool looks_like_coco(const std::filesystem::path& path);

}  // namespace decant
