// A network trained on the data set itself, where no weights of another are given: for features and
// for importance, which share it, and for filling dropped cells.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct OwnNetwork {
  std::string net;
  bool classifier = true;  ///< else it needs no labels
  int epochs = 0;
  int image_size = 0;  ///< as for features
  bool flip = true;    ///< mirror half of the pictures
  std::string device;
  std::filesystem::path cache;  ///< where its weights are kept; as for features
  // For people.
  std::string purpose;  ///< "features"
  std::string remedy;   ///< for a data set without labels: a sentence without a full stop
};

/// Its weights: from the cache, under all that decides them, or trained first as such a net usually
/// is. Throws InputError for rows without labels where it is a classifier, and what training
/// throws.
std::filesystem::path weights_of(const OwnNetwork& own, const Input& input, uint64_t seed, const Context& context);

}  // namespace decant
