// features: pictures in, a .npy out; or of the rows of one job; or what an extractor learns, alone.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/run_record.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct FeaturesOptions {
  InputOptions input;
  std::filesystem::path out;
  FeatureOptions features;
  std::string shard;      ///< shard.h; empty = all rows
  bool fit_only = false;  ///< writes what is learned for FeatureOptions::fitted, and no features
  uint64_t seed = 0;
  bool overwrite = false;

  void declare(OptionTable& table);
};

struct FeaturesMade {
  int64_t rows = 0;
  FeatureRecord features;  ///< `file`: what was written
  int64_t bad_files = 0;
  double seconds = 0;
  int64_t peak_rss_bytes = 0;
  bool was_done = false;  ///< by an earlier run of the job
};

/// With `shard`, features are exactly those rows of all features, or an InputError says what they
/// depend on besides (Extractor::dependence).
FeaturesMade make_features(const FeaturesOptions& options, const Context& context);

}  // namespace decant
