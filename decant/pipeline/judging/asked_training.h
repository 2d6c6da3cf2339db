// How the sets that `decant evaluate` compares ask to be trained.
#pragma once

#include <string>

#include "decant/data/dataset.h"
#include "decant/pipeline/judging/evaluate_options.h"
#include "decant/pipeline/run/set_training.h"

namespace decant {

/// Whether the judge of such rows trains each set as it asks.
bool heeds_sets(const EvaluateOptions& options, const Dataset& full);

/// What a given set asks for and nobody gave.
SetTraining training_of(const std::string& spec, const EvaluateOptions& options);

/// What the sets ask for. All are trained alike, so two that differ in an option that was not given
/// are an InputError; but for a judge that trains each as it asks.
SetTraining asked_training(const EvaluateOptions& options, const Dataset& full);

/// The same, if a training can be set by it.
SetTraining sound_training(SetTraining asked);

}  // namespace decant
