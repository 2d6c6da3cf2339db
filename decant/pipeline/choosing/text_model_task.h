// Features of texts from a model in a folder (--weights): a table of static embeddings, or a
// sentence encoder.
#pragma once

#include "decant/pipeline/choosing/extractor.h"

namespace decant {

/// Throws UsageError without options.weights, and what opening such a folder throws.
FeatureTask static_task(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context);
FeatureTask sentence_task(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context);

}  // namespace decant
