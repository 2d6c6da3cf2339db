// verify: is a small set what its manifest says, and is every sample the source's?
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"

namespace decant {

struct VerifyOptions {
  std::filesystem::path run;
  std::string source;  ///< empty = not compared with the source

  void declare(OptionTable& table);
};

struct Verified {
  int64_t rows = 0;
  int64_t kept = 0;
  std::string checked_against;  ///< "hashes", or "hashes and the source"; of a synthetic set also "images.npy" and "labels.npy"
};

/// Checks counts, rows, keys, labels and SHA-256 of every kept sample in OUT/data, and against the
/// source when one is named. Throws InputError at the first thing that does not hold, naming file
/// and row.
/// Data that was re-encoded by --to (raw pixels to PNG) is compared picture by picture. Of pictures
/// with dropped cells the bytes written are checked, and against the source what was not dropped.
/// Of a synthetic set what verify_synthetic.h says; its pictures are `kept`.
Verified verify(const VerifyOptions& options, const Context& context);

}  // namespace decant
