// What a run leaves in OUT/, read back. The files are specified in docs/formats/run-folder.md.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "decant/base/json.h"
#include "decant/base/matrix.h"
#include "decant/base/options.h"
#include "decant/data/evidence.h"
#include "decant/data/features.h"
#include "decant/data/run_record.h"
#include "decant/data/selection.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/run/run_log.h"

namespace decant {

struct RunFolder {
  std::filesystem::path path;
  RunRecord run;        ///< run.json
  Selection selection;  ///< bins.npy, pools.npy, order.npy, gain.npy
  Subset kept;          ///< indices.npy; empty for a folder of bins alone
  Features map;         ///< map.npy, (n, 2), one matrix of float32; empty when there is none

  int64_t rows() const { return static_cast<int64_t>(selection.bins.size()); }
  bool has_data() const { return std::filesystem::exists(path / "data"); }
};

/// True when the folder holds a run.json of ours.
bool is_run_folder(const std::filesystem::path& folder);

/// Its run.json alone. Throws InputError as load_run_folder() does.
RunRecord read_run_record(const std::filesystem::path& folder);

/// Reads and cross-checks everything: lengths, ranges, the order a permutation. Throws InputError
/// naming the file that is wrong, and for a folder of `decant distill`, which has no order.
RunFolder load_run_folder(const std::filesystem::path& folder);

/// evidence.json of a run's folder; nothing when it was not measured. Throws InputError naming the
/// file and what is wrong in it.
std::optional<Evidence> load_evidence(const std::filesystem::path& folder);

/// What a run records of what it read.
InputRecord input_record(const Input& input);

/// What every run records of its order, its options and its time so far. `note`: one sentence, how
/// the rows were chosen; `command`: as typed; `options`: resolved.
RunRecord begin_record(const Selection& selection, const std::string& note, uint64_t seed, const std::string& command,
                       const std::vector<std::pair<std::string, OptionValue>>& options, const RunLog& log);

/// Writes bins.npy, pools.npy, order.npy and gain.npy.
void write_selection(const Selection& selection, const std::filesystem::path& folder);

/// The options of a recipe, as run.json records them.
template <class Options>
std::vector<std::pair<std::string, OptionValue>> recorded_options(Options options) {
  OptionTable table;
  options.declare(table);
  return options_from(table.resolved());
}

}  // namespace decant
