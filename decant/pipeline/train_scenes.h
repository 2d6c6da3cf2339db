// The part of `train` for sets with objects or masks.
#pragma once

#include "decant/pipeline/train.h"

namespace decant {

/// The detector or segmenter that is asked for, or that such rows usually train where no net is
/// named; empty where a network for pictures is meant.
std::string scene_net(const TrainNetworkOptions& options, const Rows& rows);

/// Trains it and writes its weights to `out`. Throws UsageError for options that have no effect on
/// it, InputError for test rows of other classes.
NetworkTrained train_scene_net(const TrainNetworkOptions& options, const std::string& net, const Input& input, const Subset& usable,
                               const std::filesystem::path& out, const Context& context);

}  // namespace decant
