// --fill where the whole data set is at hand: a network that fills in pictures can be trained on
// it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "decant/base/context.h"
#include "decant/patches/fill.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/run/input.h"

namespace decant {

inline constexpr const char* kOwnMae = "mae";

/// Throws UsageError for a name that obtain_filler() does not know.
void require_fill(const std::string& name);

/// The autoencoder that "mae" trains on a data set. Where cells are larger than a few pixels it has
/// a patch for each, so that no patch lies in a kept cell and a dropped one: a patch that touches a
/// dropped cell is dropped itself, and with patches across the cells few would be left.
struct OwnMae {
  std::string net;
  int image_size = 0;  ///< 0 = the usual
  int epochs = 0;      ///< three, or as many as make 1,200 steps
  bool operator==(const OwnMae&) const = default;
};

/// `grid`: cells of a picture each way, 0 = the usual (patches::map_side()).
OwnMae own_mae(const Input& input, int grid);

/// What decides how it fills, next to the input and the seed.
std::string fill_key_of(const std::string& name, const Input& input, int grid);

/// What make_filler() knows, and "mae": own_mae() trained on the whole pictures of `input`, kept in
/// the cache. `features`: whose device and cache are taken.
std::shared_ptr<const patches::Filler> obtain_filler(const std::string& name, const Input& input, int grid, const FeatureOptions& features,
                                                     uint64_t seed, const Context& context);

}  // namespace decant
