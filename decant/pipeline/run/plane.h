// The map of a run: where its rows lie in the plane of their features' two main directions.
#pragma once

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/data/features.h"

namespace decant {

/// (n, 2); empty when there is nothing to see.
Matrix<float> plane_of(const Features& features, const Context& context);

}  // namespace decant
