// Labels of views for the data/ that a run has written.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/data/run_record.h"
#include "decant/pipeline/labelling/labelling.h"
#include "decant/pipeline/run/write_small_set.h"

namespace decant {

/// The names of all classes, of those without one their number.
std::vector<std::string> named_classes(const Dataset& dataset);

/// For each class of `own`, which one of `source` it is: by its name, or by that of its folder.
/// Throws InputError where they are not the same classes, since what a teacher says has a number
/// for each.
std::vector<int32_t> classes_of_source(const Dataset& source, const Dataset& own);

/// Labels the training rows of `own`, the data set below `folder`, and writes view_labels.bin
/// there. `teacher`: of the classes of `source`. `seed`: of the views. Pictures of one channel are
/// not mirrored.
ViewLabelsMade label_data(const Dataset& own, const Dataset& source, const LabelOptions& options, const train::Teacher& teacher,
                          uint64_t seed, const std::filesystem::path& folder, const Context& context);

/// The recipe by which pictures like the teacher's become views.
ViewRecipe usual_recipe(const train::Teacher& teacher, uint64_t seed);

}  // namespace decant
