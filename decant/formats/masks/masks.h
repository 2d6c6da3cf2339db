// Sets of pictures with masks of classes. docs/formats/masks.md has the layouts, the rules and a
// worked example.
//
// A picture is a row; what it holds are pixels per class, counted once when the set is opened. A
// set of some rows has their pictures and masks byte for byte, and the tables and lists that came
// with them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"

namespace decant {

struct MaskOptions {
  std::filesystem::path colours;  ///< a table of the colours of classes (masks/colour_table.h); empty = found in the set
  std::string ignore;             ///< values between commas that count nowhere, beside those of the layout
};

/// `path`: a folder (masks/mask_layout.h). Reads every mask, on all threads. Throws InputError:
/// masks of colours without a table, a table that is none, no mask that can be read; IoError. Stops
/// with Cancelled.
Dataset open_masks(const std::filesystem::path& path, const MaskOptions& options, const Context& context);

/// Where the rows of all splits are read from: folders of pictures, masks and lists.
std::vector<std::filesystem::path> folders_of_masks(const std::filesystem::path& path);

/// Whether a folder holds pictures and masks of them. Reads listings, and the starts of a few
/// files.
bool looks_like_masks(const std::filesystem::path& path);

}  // namespace decant
