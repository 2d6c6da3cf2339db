// Behind the door of Attribution.
#pragma once

#include "decant/patches/importance.h"

namespace decant::patches {

/// Attribution::compute.
void attribute(const std::string& method, const ImportanceJob& job, MatrixView<float> out, const Context& context);

}  // namespace decant::patches
