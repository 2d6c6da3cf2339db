// STL-10's binary files (docs/formats/stl10.md has a worked example): 96 × 96 pictures in colour,
// with nothing before or between them, and a byte per label.
//
// A folder, or the folder stl10_binary in it, holds train_X.bin and train_y.bin, test_X.bin and
// test_y.bin, and class_names.txt.
#pragma once

#include <filesystem>

#include "decant/data/dataset.h"

namespace decant {

bool looks_like_stl10(const std::filesystem::path& folder);

/// Labels 1 to 10 become 0 to 9, as in torchvision. Files are mapped. Keys are "train_X.bin#17",
/// also of files in the folder below. unlabeled_X.bin is left alone, and a note says so. The writer
/// leaves the training files and class_names.txt. Throws InputError.
Dataset open_stl10(const std::filesystem::path& folder);

}  // namespace decant
