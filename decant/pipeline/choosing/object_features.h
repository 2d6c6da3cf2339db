// Features of the objects in pictures, each cut out (data/object_crops.h) and seen as a picture.
#pragma once

#include "decant/base/context.h"
#include "decant/data/class_amounts.h"
#include "decant/pipeline/choosing/extractor.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/run/input.h"

namespace decant {

/// A row for each of amounts.entries: the mean features of the row's objects of that class, by the
/// extractor of `of_input`, which obtain_features() gave for the same options; zeros for excluded
/// rows. Throws InputError for rows without boxes, and for features that were given, which are of
/// whole pictures.
FeatureSet obtain_object_features(const Input& input, const ClassAmounts& amounts, const FeatureSet& of_input,
                                  const FeatureOptions& options, uint64_t seed, const Context& context);

/// Of pictures, the mean features of their objects of the rarest class, as `of_pictures` sees cut
/// out objects; zeros where there is no object.
FeatureTask rarest_objects_task(FeatureTask of_pictures, int classes);

}  // namespace decant
