// compress: a data set in, a smaller one out. The recipe of dataset quantization (Zhou et al., ICCV 2023, arXiv:2308.10524) without its
// patches: features, bins by recursive GraphCut, samples of every bin.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

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
  std::string pools;      ///< "kmeans:K", or a .npy of pool numbers: in place of the classes
  Comm* ranks = nullptr;  ///< that share the work; not an option

  void declare(OptionTable& table);
};

/// What SelectOptions::pools says; neither: classes, or one pool.
struct PoolRule {
  int32_t kmeans = 0;          ///< at most so many pools by k-means
  std::filesystem::path file;  ///< a pool number for each row
};

/// Throws UsageError for a rule that is none, or beside --pool or --method random; InputError for fewer than one pool.
PoolRule pool_rule(const SelectOptions& select);

/// The pools that a file names, numbered 0, 1, … in the order of its numbers; rows with −1 keep it and are a pool of their own. `bad_rows`
/// get −1 too. Throws InputError for a file that does not fit.
std::vector<int32_t> read_pools(const std::filesystem::path& file, int64_t rows, std::span<const int64_t> bad_rows);

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
