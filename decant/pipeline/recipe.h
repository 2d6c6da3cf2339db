// --recipe: a published method, whole: options of compress under one name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "decant/pipeline/compress.h"

namespace decant {

/// "dq": Dataset Quantization (Zhou et al., ICCV 2023, arXiv:2308.10524). Features of a network
/// trained on the set, ten bins by GraphCut in every class, a uniform sample of each, the quarter
/// of every picture's cells dropped that counts least by Grad-CAM++. docs/papers.md has how it
/// differs from the published code.
std::vector<std::string> recipe_names();

/// The options with those of options.recipe set, but for what was given. Throws UsageError for an
/// unknown recipe, with the nearest one.
CompressOptions with_recipe(CompressOptions options);

}  // namespace decant
