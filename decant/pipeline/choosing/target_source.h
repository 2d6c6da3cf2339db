// The examples that rows are chosen toward: read like an input, and seen like its rows.
#pragma once

#include <cstdint>
#include <string>

#include "decant/base/context.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/run/input.h"

namespace decant {

/// Features of the usable rows of the data set at `path` (its training split, read with the input's
/// fields), by what was learnt from `input` alone; `of_input`: those of its own rows. Throws what
/// read_input() and obtain_features_of_others() throw.
FeatureSet obtain_targets(const std::string& path, const Input& input, const FeatureSet& of_input, const FeatureOptions& options,
                          uint64_t seed, const Context& context);

}  // namespace decant
