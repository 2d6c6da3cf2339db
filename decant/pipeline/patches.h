// patches: how much each cell of every picture matters, as a .npy and as pictures to look at.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/pipeline/patching/importance_source.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct PatchesOptions {
  InputOptions input;
  std::filesystem::path out;
  std::filesystem::path pictures;  ///< folder for `shown` pictures with their maps; empty = none
  int shown = 24;                  ///< rows, evenly spaced
  ImportanceOptions importance;
  uint64_t seed = 0;
  bool overwrite = false;

  void declare(OptionTable& table);
};

struct PatchesMade {
  int64_t rows = 0;
  int side = 0;
  std::string importance;  ///< the method's name
  std::string file;
  bool reused = false;  ///< found in the cache
  int64_t pictures = 0;
  int64_t bad_files = 0;
  double seconds = 0;
  int64_t peak_rss_bytes = 0;
};

/// Writes float32 (rows, side, side); ones for rows that cannot be read. Throws UsageError,
/// InputError and IoError.
PatchesMade make_patches(const PatchesOptions& options, const Context& context);

}  // namespace decant
