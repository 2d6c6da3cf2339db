// Where a run's importance comes from: a method of patches/importance.h, or a file of the user's.
//
// Maps are mapped, never loaded. Computed ones are written once to a .npy that is kept in the cache
// folder under a name made of the input's digest, the rows, the method and every option that
// changes them, as features are.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/features.h"
#include "decant/data/subset.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct ImportanceOptions {
  // Changes the result.
  std::string importance = "auto";  ///< "auto", a method's name, or a .npy of maps
  std::string net = "quick";        ///< of methods that ask one
  std::filesystem::path weights;    ///< of that net; empty = trained on the set itself first
  int epochs = 10;                  ///< of that training
  int image_size = 0;               ///< that the net sees; 0 = as for features
  std::string layer;                ///< patches::AttributionOptions::layer
  std::string normalisation = "data";
  int grid = 0;                ///< cells each way; 0 = 14, or 8 for pictures of at most 32 pixels
  std::string device = "cpu";  ///< not declared: whoever declares --device copies it here
  // Changes the speed.
  std::filesystem::path cache;  ///< as for features; not declared either

  /// --importance, --importance-…, and --grid: names that do not clash with those of features.
  void declare(OptionTable& table);
};

struct ImportanceSet {
  Features maps;  ///< (rows of the input, side · side): as patches/importance.h says; ones in rows that were not asked for
  int side = 0;
  std::string method;   ///< its name; "file"
  std::string key;      ///< one line: all that decides the maps, but for the input
  std::string file;     ///< where they lie
  bool reused = false;  ///< found in the cache
};

/// The method that options.importance stands for; nothing for a file. Throws UsageError for an
/// unknown one.
std::string importance_method(const ImportanceOptions& options);

/// The maps of `chosen` rows. Throws UsageError for an unknown method or a grid that no map has;
/// InputError for rows without pictures, what patches::Attribution refuses, a data set without
/// labels where a network has to be trained, and a file of another shape, with values that are not
/// finite or negative, or whose means are not 1.
ImportanceSet obtain_importance(const Input& input, const Subset& chosen, const ImportanceOptions& options, uint64_t seed,
                                const Context& context);

}  // namespace decant
