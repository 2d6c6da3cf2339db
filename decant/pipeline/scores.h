// scores: training dynamics of a data set, and the scores that follow from them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/pipeline/choosing/score_source.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct ScoresOptions {
  InputOptions input;
  std::filesystem::path out;
  ProxyOptions proxy;
  uint64_t seed = 0;
  bool overwrite = false;
  std::string command;

  void declare(OptionTable& table);
};

struct ScoresMade {
  DynamicsRecord record;  ///< as in dynamics.json
  bool reused = false;    ///< the dynamics were in the cache
  std::filesystem::path out;
};

/// Writes the record (train/dynamics.h), dynamics.json, and one (n,) float32 column for each score
/// that select/scores/scores.h names: score-dual.npy, …
ScoresMade make_scores(const ScoresOptions& options, const Context& context);

/// The same folder, of a record that was made elsewhere. Of `record` the input's digest, the net's
/// name and the command are taken; the rest follows from the dynamics. Throws InputError where
/// `folder` holds something else, or a record already and `overwrite` is false.
void save_dynamics(const Dynamics& dynamics, DynamicsRecord record, const std::filesystem::path& folder, bool overwrite);

/// What dynamics.json holds, with "reused" and "out".
Json to_json(const ScoresMade& made);

}  // namespace decant
