// manifest.jsonl of a small set, and what of it can be told from the source: what verifying any
// small set begins with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/targets.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/run/run_folder.h"

namespace decant {

struct ManifestLine {
  int64_t row = 0;
  std::string key;
  int32_t label = kNoLabel;
  std::string sha256;
  std::string stored_sha256;  ///< of the file that was written, where pictures did not keep their bytes
  int cells = 0;
  int cells_kept = 0;
  int quality = 0;
  int eighths = 8;
  std::string annotations = {};         ///< annotation_digest()
  std::string stored_annotations = {};  ///< the same of what was written, where it is another
};

/// Throws the InputError of a small set that is not what it says. `row`: of the source; negative =
/// of none.
[[noreturn]] void refuse_small_set(const std::filesystem::path& file, int64_t row, const std::string& what);

/// Throws InputError for a line that is none of a manifest.
std::vector<ManifestLine> read_manifest(const std::filesystem::path& file);

/// Throws InputError unless manifest, indices.npy and run.json name the same rows.
void check_rows(const RunFolder& run, const std::vector<ManifestLine>& manifest);

/// Throws InputError unless the rows of the source have the keys, labels, objects and bytes that
/// the manifest says. All threads.
void check_source(const Input& input, const std::vector<ManifestLine>& manifest, const Context& context);

}  // namespace decant
