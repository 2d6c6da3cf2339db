// Features that jobs computed: FEATS.npy of the rows of each, and FEATS.npy.job next to it.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/pipeline/run/job.h"

namespace decant {

inline constexpr const char* kFeaturesStage = "features";

/// Where the record of such a file lies.
std::filesystem::path record_of_features(const std::filesystem::path& file);

/// Checks files of features, named as read_features() has it, that jobs wrote; of others, nothing.
/// Throws InputError, naming the file, where some are not of a job or not as it wrote them, unless
/// they are of all jobs, in order, of the same options and data sets as large; with `scans`
/// (scans.h) also where rows are not what those read. Cost: reads the files once.
void require_feature_jobs(const std::string& features, const std::string& scans, const Context& context);

}  // namespace decant
