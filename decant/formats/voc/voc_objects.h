// The annotations of the rows of a split, read side by side.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/data/objects.h"
#include "decant/formats/voc/voc_layout.h"

namespace decant::voc {

struct VocObjects {
  Objects objects;
  std::vector<uint64_t> hashes;       ///< of each xml; 0 = it cannot be used
  std::vector<uint8_t> orientations;  ///< of each row: how its picture must be turned for its boxes (orientation_for())
  std::vector<std::string> classes;
  std::vector<Oddity> oddities;
};

/// Classes are those of `known`, or where that is null the names in the order in which they appear
/// in the rows. An xml that is not there or cannot be used is a fault of its row, and so is a
/// missing picture; of a row without a picture of its name, the one that the xml names is taken.
/// Cost per row: its xml, and its picture's head. All threads; stops with Cancelled.
VocObjects read_voc_objects(std::vector<VocRow>& rows, const VocLayout& layout, const VocFolders& folders,
                            const std::vector<std::string>* known, const Context& context);

/// The xml of a row, relative to the root.
std::string xml_of_row(const VocFolders& folders, const VocRow& row);

}  // namespace decant::voc
