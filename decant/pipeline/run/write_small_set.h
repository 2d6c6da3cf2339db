// The last chapter of every recipe that leaves a small set behind: data, indices, manifest, data
// card, report, run.json.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/json.h"
#include "decant/base/matrix.h"
#include "decant/data/evidence.h"
#include "decant/data/run_record.h"
#include "decant/data/selection.h"
#include "decant/dedup/copies.h"
#include "decant/formats/sheets/sheet_table.h"
#include "decant/patches/drop.h"
#include "decant/patches/reduced_rows.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/run/run_log.h"
#include "decant/pipeline/run/written_parts.h"

namespace decant {

/// Labels of views, as they lie in a file, and how they ask to be taught.
struct ViewLabelsMade {
  ViewLabelRecord record;
  std::map<std::string, std::string> training;  ///< options by name

  /// Puts both into a record whose bytes are those of the pictures.
  void note_in(RunRecord& run) const;
};

struct SmallSet {
  const Input& input;
  const Selection& selection;
  const Subset& kept;
  std::shared_ptr<const Rows> content;  ///< the rows with their pictures reduced; null = pictures keep their bytes
  MatrixView<const float> map;          ///< (n, 2), or empty
  std::string to;                       ///< "" = the format it came in, "imagefolder", "webdataset", kSheetsFormat
  std::optional<sheets::Style> tiling;  ///< how sheets are made, where `to` is kSheetsFormat; else nothing
  int64_t min_objects = 0;              ///< that every class was to keep; 0 = no matter
  bool listed = false;                  ///< data/ names the source's pictures in place of holding them
  std::string note;                     ///< one sentence: how the rows were chosen
  uint64_t seed = 0;
  std::string command;                                       ///< as typed
  std::vector<std::pair<std::string, OptionValue>> options;  ///< resolved
  std::optional<FeatureRecord> features;
  patches::Reducer reduce = nullptr;               ///< what is done to each picture of `content`
  const Features* seen = nullptr;                  ///< the features that rows were chosen by
  std::string importance;                          ///< how cells were ranked, where any were dropped
  std::optional<patches::DropTally> dropped = {};  ///< of `content`, where some cells had to stay
  std::string spent;                               ///< what a budget of bytes bought of pictures, in words
  std::span<const DroppedRow> repeats = {};        ///< rows left out before choosing
  std::optional<RepeatsRecord> repeats_record = {};
  /// Labels the views of the written data set, in a file below the folder; null = rows teach what
  /// they taught.
  std::function<ViewLabelsMade(const Dataset& written, const std::filesystem::path& folder)> label_views = nullptr;
  const WrittenParts* parts = nullptr;  ///< of a set that jobs have written, in the source's format; null = it is written now
};

/// How --store says whether pictures are copied: "copy", "list", or "" as the former. Throws
/// UsageError for another word.
bool stores_a_list(const std::string& how);

/// Throws InputError where a set written into `out`/data/ could not be trained on there.
/// `to`: as SmallSet has it.
void require_usable_at(const std::filesystem::path& out, const Dataset& dataset, const std::string& to);

/// Writes everything into `folder` (an OutputFolder's) and returns what run.json holds. Throws
/// IoError.
RunRecord write_small_set(const SmallSet& set, const std::filesystem::path& folder, RunLog& log, const Context& context);

/// Renders report.html of a finished or nearly finished run. `input` may be null: then there are no
/// thumbnails; so may `reduced`, as report::ReportInput has it, and `evidence`: then the page says
/// how to measure it.
/// `seen`: the features that rows were chosen by, where they are at hand.
void write_report(const std::filesystem::path& folder, const RunRecord& run, const Input* input, const Rows* reduced,
                  const Selection& selection, const Subset& kept, MatrixView<const float> map, const Evidence* evidence,
                  const Context& context, const Features* seen = nullptr);

}  // namespace decant
