// Rows of another data set with the class numbers of the full one.
#pragma once

#include <memory>

#include "decant/data/dataset.h"

namespace decant {

/// By the names of the classes, where both have names; else the numbers stay. A class that the full
/// set does not have becomes kNoLabel. `dataset`: where the rows are from.
std::shared_ptr<const Rows> relabelled(std::shared_ptr<const Rows> rows, const Dataset& dataset, const Dataset& full);

}  // namespace decant
