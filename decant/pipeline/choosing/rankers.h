// The methods that rank rows, by name.
#pragma once

#include "decant/pipeline/choosing/material.h"

namespace decant {

/// Ranks by material.select.method, which is a ranking one. Throws UsageError for a rule that does not go with it.
Selection rank_rows(const Material& material, uint64_t seed, const Context& context);

/// A random order of every pool.
Selection draw_random(const Material& material, uint64_t seed);

/// Whether another seed gives other rows.
bool draws(const SelectOptions& select);

/// One sentence about rank_rows().
std::string rank_note(const Material& material);

}  // namespace decant
