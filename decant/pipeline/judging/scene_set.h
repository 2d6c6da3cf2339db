// A set with objects or masks that a judge asks for by its path.
#pragma once

#include <string>

#include "decant/base/context.h"
#include "decant/evaluate/judges/list.h"

namespace decant {

/// Its rows that can be read, and its test split, else its validation split. Throws InputError for
/// rows that teach something else, and a set without either split.
evaluate::SceneSet open_scene_set(const std::string& path, const Context& context);

}  // namespace decant
