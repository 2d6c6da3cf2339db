// The kind of data in a data set, as far as words and defaults depend on it. Code that computes
// asks a row's facets (data/rows.h) instead: a new kind of data is a record like these, and rows
// that return it (docs/extending.md).
#pragma once

#include <optional>
#include <string_view>

#include "decant/data/targets.h"

namespace decant {

struct Modality {
  std::string_view name;                                ///< in run.json: "pictures", "records", "vectors"
  std::string_view row;                                 ///< one of them, in a sentence: "picture"
  std::string_view rows;                                ///< several: "pictures"
  std::string_view features;                            ///< the extractor that --features auto means
  std::string_view protocol;                            ///< that --protocol auto means
  std::string_view protocol_without_labels = protocol;  ///< the same of rows that have none
  std::string_view protocol_of_objects = {};            ///< and of rows that hold objects,
  std::string_view protocol_of_masks = {};              ///< or masks

  /// What --protocol auto means for rows that teach this.
  constexpr std::string_view protocol_for(std::optional<CountedIn> taught) const {
    if (!taught) return protocol_without_labels;
    return *taught == CountedIn::objects ? protocol_of_objects : *taught == CountedIn::pixels ? protocol_of_masks : protocol;
  }
};

namespace modality {

inline constexpr Modality pictures = {"pictures", "picture", "pictures", "conv-kmeans", "quick", "quick", "detection", "segmentation"};
inline constexpr Modality records = {"records", "record", "records", "lsa", "texts", "instructions"};
inline constexpr Modality vectors = {"vectors", "row", "rows", "rows", "linear"};

}  // namespace modality

}  // namespace decant
