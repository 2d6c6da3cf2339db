// Where a run's scores come from: a column or a field of the user's, a record of training dynamics,
// or a proxy that is trained for one.
//
// A record is kept in the cache under a name made of the input's digest, every option that changes
// it, libtorch's version and the device, so the same input is trained on once, whatever is then
// chosen from the record. An interrupted recording goes on after its last epoch.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/dynamics.h"
#include "decant/data/dynamics_record.h"
#include "decant/data/grouping.h"
#include "decant/pipeline/run/input.h"

namespace decant {

/// The proxy: a small network, trained for a few epochs while it is watched.
struct ProxyOptions {
  // Changes the result.
  std::string net = "quick";
  int epochs = 12;
  int image_size = 0;  ///< as for features
  bool flip = true;    ///< mirror half of the pictures
  std::string device = "cpu";
  // Changes the speed.
  std::filesystem::path cache;  ///< empty = as for features

  void declare(OptionTable& table);
};

/// Throws UsageError for too few epochs to score by.
void require_sound(const ProxyOptions& proxy);

/// Throws InputError for a data set without pictures: there is nothing to train a proxy on.
void require_pictures_to_watch(const Dataset& dataset);

/// Says, in the folder of a record, how it was made.
inline constexpr const char* kDynamicsFile = "dynamics.json";

struct DynamicsSet {
  Dynamics dynamics;
  std::filesystem::path folder;
  DynamicsRecord record;
  bool reused = false;  ///< found in the cache, or given
};

/// The record in the cache, made first if there is none. `taught`: what the proxy learns to tell
/// apart, the classes or pools in their place. Throws InputError: no pictures, rows in no group,
/// one group alone, a proxy that diverges, or that is no better than guessing in its last epoch.
DynamicsSet obtain_dynamics(const Input& input, const Grouping& taught, const ProxyOptions& proxy, uint64_t seed, const Context& context);

/// The record in a folder that `decant scores` wrote. Throws InputError when it is of another data
/// set.
DynamicsSet read_dynamics_of(const std::filesystem::path& folder, const Input& input);

/// One number per row: .npy of shape (n,) or (n, 1), any float or integer type, or "field:NAME" of
/// the records. Throws InputError for another length, for a NaN or an infinity in a usable row,
/// naming the row, and as numbers_in_field(). REQUIRES: is_column(source).
std::vector<double> read_scores(const std::string& source, const Input& input, const Context& context);

/// What read_scores() asks of them, for scores in memory; messages call them `name`.
void require_scores(const std::vector<double>& scores, const Input& input, const std::string& name);

}  // namespace decant
