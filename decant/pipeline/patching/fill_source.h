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

/// What decides how it fills, next to the input and the seed.
std::string fill_key_of(const std::string& name);

/// What make_filler() knows, and "mae": an autoencoder trained on the whole pictures of `input`,
/// kept in the cache. `features`: whose device and cache are taken.
std::shared_ptr<const patches::Filler> obtain_filler(const std::string& name, const Input& input, const FeatureOptions& features,
                                                     uint64_t seed, const Context& context);

}  // namespace decant
