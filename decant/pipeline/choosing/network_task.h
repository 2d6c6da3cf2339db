// Features from a network: its weights given, or trained on the set itself first and kept in the
// cache.
#pragma once

#include "decant/pipeline/choosing/extractor.h"

namespace decant {

/// Train the network where no weights are given: InputError then for rows without labels.
FeatureTask embedding_task(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context);
/// Of a network that learnt by how far pictures are turned (data/rotated_rows.h): no labels are
/// needed. A pass over the pictures shows each once; `epochs` are counted so.
FeatureTask rotation_task(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context);
FeatureTask gradient_task(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context);

}  // namespace decant
