// Where a run's features come from: a file of the user's, the training-free extractor, or a
// network.
//
// Features are mapped, never loaded. Computed ones are float32, written once to a .npy that is kept
// in the cache folder under a name made of the input's digest, every option that changes them and,
// for a network, libtorch's version and the device, so the next run with the same input starts at
// once.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/data/features.h"
#include "decant/data/run_record.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct FeatureOptions {
  // Changes the result.
  std::string features = "auto";  ///< "auto", one of extractors(), or a .npy or shards of one
  std::string net = "quick";      ///< for embedding and gradient
  std::filesystem::path weights;  ///< of that net; empty = trained on the set itself first
  int epochs = 10;                ///< of that training (the paper's setting)
  int image_size = 0;             ///< pictures become squares of this side; 0 = their own, at most 64
  std::string normalisation = "data";
  /// What conv-kmeans or lsa learned before, in a file; empty = they learn from the rows.
  std::filesystem::path fitted = {};
  int feature_width = 256;     ///< conv-kmeans: columns after the projection
  int filters = 400;           ///< conv-kmeans: not an option; tests learn fewer, in a tenth of the time
  std::string device = "cpu";  ///< a network's last digits differ from one to another
  // Changes the speed.
  std::filesystem::path cache;  ///< empty = $XDG_CACHE_HOME/decant or ~/.cache/decant

  void declare(OptionTable& table);
};

struct FeatureSet {
  Features features;
  std::string kind;          ///< name of the extractor
  std::string file;          ///< where they lie
  bool of_input = false;     ///< the rows of the data set themselves: its digest is theirs
  bool reused = false;       ///< found in the cache
  int gradient_classes = 0;  ///< > 0: rows are [b | e] with that many values of b

  std::optional<FeatureRecord> record() const;  ///< nothing where there are none
};

/// By the extractor that options.features names (extractor.h). Throws UsageError for an unknown
/// one; InputError for data that does not fit it, a file of another number of rows, and missing
/// labels.
FeatureSet obtain_features(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context);

/// Of other rows, by what was learnt from `input`; `of_input`: what obtain_features() gave for the
/// same options. Where that was given as a matrix, the others must be one, of as many columns.
/// Throws InputError for others that are not, and for rows of another kind.
FeatureSet obtain_features_of_others(const Input& others, const Input& input, const FeatureSet& of_input, const FeatureOptions& options,
                                     uint64_t seed, const Context& context);

}  // namespace decant
