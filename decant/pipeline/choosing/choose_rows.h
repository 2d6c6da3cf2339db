// From an input to an order of its rows: the methods that a user calls by name, each with what it needs (features, scores) made ready.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/comm/comm.h"
#include "decant/data/selection.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/run/checkpoint.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/run/run_log.h"

namespace decant {

/// How rows are chosen; shared by compress, bins and evaluate.
struct SelectOptions {
  std::string method = "auto";  ///< see methods(); may carry options of its own: "facility-location+hard-cut=0.3"
  // bins
  std::string function = "graph-cut";  ///< objective of the bins
  double lambda = 1.0;                 ///< weight of coverage in graph cut
  int bins = 10;
  // pools
  bool pool = false;  ///< one pool of all rows even when there are labels
  std::string pools;  ///< "kmeans:K", or a .npy of pool numbers: in place of the classes, see pool_source.h
  // scores
  std::string scores = "auto";  ///< "auto", "probe"; a folder of `decant scores`; a .npy with a number for each row: see score_source()
  std::string rule;             ///< how scores become a choice: "top", "band", "strata", "beta"; empty = the method's own
  double hard_cut = -1;         ///< share of every pool set aside first: hardest by aum, or largest of other scores; -1 = the method's own
  double beta_mode = -1;        ///< of rule beta; -1 = kBetaMode
  double beta_power = -1;       ///< of the score in rule beta; -1 = the method's own
  std::string score_net = "quick";
  int score_epochs = 12;
  double minutes = 0;  ///< that auto may take for a proxy; 0 = as long as it takes

  Comm* ranks = nullptr;  ///< that share the work; not an option

  void declare(OptionTable& table);
};

/// What a method made of an input, and one sentence that says how the rows were chosen.
struct Chosen {
  Selection selection;
  SelectOptions select;  ///< what was asked for, with the method that was taken
  std::string note;
  FeatureSet features;  ///< empty where the method needs none
  /// The same method's selection for another seed, with features, scores and pools as they are; empty where it would be the same.
  std::function<Selection(uint64_t seed)> redraw;

  /// Whether every class is a pool, where there are labels.
  bool by_class() const { return !select.pool && select.pools.empty(); }
};

/// A method by name: what it needs to see, and what it does in a few words.
struct MethodInfo {
  std::string name;
  bool features = false;  ///< needs features
  bool scores = false;    ///< needs scores
  std::string summary;
  std::string rule = "";  ///< how its scores become rows, unless another is asked for; empty = it does not choose by scores alone
  double power = 1;       ///< of its scores in rule beta
  double width = 0.4;     ///< of rule band
};
/// In the order in which they are listed to people; "auto" is not among them.
const std::vector<MethodInfo>& methods();

/// "name+key=value+key=value" as options: `base` with that method and those values. Keys are the long names of SelectOptions. Throws
/// UsageError for a name or a key that is none, with the nearest one, and for a key that the method does not look at.
SelectOptions method_of(const std::string& spec, const SelectOptions& base);

/// Chooses with `count` rows in mind, which sample() then takes; 0 = all that are left after a hard cut. Finished bins go into the checkpoint,
/// and those of an interrupted run are taken from it. Throws UsageError as require_sound() does, InputError for data that the method cannot see.
Chosen choose_rows(const Input& input, const SelectOptions& select, const FeatureOptions& features, int64_t count, uint64_t seed,
                   Checkpoint& checkpoint, RunLog& log, const Context& context);

/// The options that decide the bins: what a checkpoint must agree on.
Json deciding_options(const SelectOptions& select, const FeatureOptions& features, uint64_t seed);

}  // namespace decant
