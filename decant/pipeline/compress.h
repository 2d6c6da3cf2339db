// compress: a data set in, a smaller one out. The recipe of dataset quantization (Zhou et al., ICCV 2023, arXiv:2308.10524) without its
// patches: features, bins by recursive GraphCut, samples of every bin.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/comm/comm.h"
#include "decant/data/selection.h"
#include "decant/pipeline/feature_source.h"
#include "decant/pipeline/input.h"

namespace decant {

/// How rows are chosen; shared by compress and bins.
struct SelectOptions {
  std::string method = "auto";         ///< "auto" (= bins), "bins", "random"
  std::string function = "graph-cut";  ///< objective of the bins
  double lambda = 1.0;                 ///< weight of coverage in graph cut
  int bins = 10;
  bool pool = false;      ///< cut all rows together even when there are labels
  Comm* ranks = nullptr;  ///< that share the work; not an option

  void declare(OptionTable& table);
};

struct CompressOptions {
  InputOptions input;
  std::filesystem::path out;
  std::string keep = "20%";
  SelectOptions select;
  FeatureOptions features;
  std::string to;
  uint64_t seed = 0;
  bool overwrite = false;
  bool no_check = false;
  std::string command;  ///< as typed, for the record

  void declare(OptionTable& table);
};

/// Returns what run.json holds. Throws InputError, UsageError, IoError, Cancelled; OUT stands complete or not at all.
Json compress(const CompressOptions& options, const Context& context);

/// The bins (or the random order) of an input, and one sentence that says how the rows were chosen.
struct Chosen {
  Selection selection;
  std::string note;
  FeatureSet features;  ///< empty for random
};
/// Finished bins go into the checkpoint, and those of an interrupted run are taken from it.
Chosen choose_rows(const Input& input, const SelectOptions& select, const FeatureOptions& features, uint64_t seed,
                   class Checkpoint& checkpoint, class RunLog& log, const Context& context);

/// The options that decide the bins: what a checkpoint must agree on.
Json deciding_options(const SelectOptions& select, const FeatureOptions& features, uint64_t seed);

}  // namespace decant
