// Pascal VOC sets: pictures, each with an xml of its boxes. docs/formats/voc.md has the layouts,
// the rules and a worked example.
//
// A picture is a row; rows stand by the lines of the image set, as torchvision's VOCDetection has
// them. A set of some rows has their pictures, xml and masks byte for byte, and image sets with
// their lines alone.
#pragma once

#include <filesystem>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"

namespace decant {

/// `path`: a folder, or a list in ImageSets/ (voc/voc_layout.h). Throws InputError where it is
/// none, or its list has no names; IoError. `inclusive`: minima are counted from 1, as VOC's own.
Dataset open_voc(const std::filesystem::path& path, const Context& context, bool inclusive = false);

/// Where the rows of all splits are read from: folders of pictures, annotations and lists. Throws
/// InputError.
std::vector<std::filesystem::path> folders_of_voc(const std::filesystem::path& path);

/// Whether a folder holds annotations and pictures, or a file is such a set's list of names. Reads
/// the starts of a few files.
bool looks_like_voc(const std::filesystem::path& path);

}  // namespace decant
