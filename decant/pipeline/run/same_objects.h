// Sets with objects or masks that are tested on each other.
#pragma once

#include <memory>
#include <string>

#include "decant/data/dataset.h"

namespace decant {

/// `tested`: rows of `other`. Throws InputError unless they teach the same as the training rows of
/// `full`, of the same classes in the same order. `path`, `full_path`: of the two, for the message.
void require_same_objects(const Dataset& other, const Rows& tested, const std::string& path, const Dataset& full,
                          const std::string& full_path);

/// The test split, else the validation split, if it teaches what the training rows teach; null
/// without one.
std::shared_ptr<const Rows> tested_split(const Dataset& dataset);

}  // namespace decant
