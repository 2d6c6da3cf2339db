// Which value of a mask is which class.
//
//   a table of the set's own (colour_table.h)   its classes; 255 where it has none is ignored
//   Cityscapes                                  19 classes of labelIds, or 0 … 18 of labelTrainIds; all else is ignored
//   ADE20K                                      1, 2, …; 0 is ignored
//   CamVid (SegNet)                             0 … 10, and 11 is ignored
//   masks of 0 and 255 alone                    two classes
//   any other                                   the values that occur, in their order; 255 is ignored
//
// Pixels that come to be ignored get the first of: the first value that was asked to be ignored; of
// labelIds and ADE20K 0, of CamVid 11; an ignored entry of the table; 255, unless it is a class.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "decant/formats/masks/colour_table.h"
#include "decant/formats/masks/mask_layout.h"

namespace decant::masks {

inline constexpr int32_t kIgnored = -2;
inline constexpr int32_t kUnknown = -1;

struct MaskClasses {
  std::vector<std::string> names;
  std::unordered_map<uint32_t, int32_t> label_of;  ///< of values; kIgnored among them
  std::optional<uint32_t> ignored = {};            ///< of pixels that are to count nowhere; nothing where every value is a class

  int32_t label(uint32_t value) const {
    const auto found = label_of.find(value);
    return found == label_of.end() ? kUnknown : found->second;
  }
};

/// `values`: that occur in the training masks. `table`: the set's own; without a file there is
/// none. `train_ids`: of Cityscapes, whether masks are labelTrainIds. `ignored`: values that are
/// ignored whatever the layout says. REQUIRES: a table of colours for masks of colours.
MaskClasses mask_classes(MaskLayoutKind kind, const std::set<uint32_t>& values, const ClassTable& table, bool train_ids,
                         const std::vector<uint32_t>& ignored);

}  // namespace decant::masks
