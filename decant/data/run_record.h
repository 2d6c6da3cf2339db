// The record of a run in run.json: how much was kept of what, how it was chosen, and at what cost.
// The file is specified in docs/formats/run-folder.md; to_json() and run_record_from() are the only
// code that knows its keys.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "decant/base/json_fwd.h"
#include "decant/data/cuts.h"

namespace decant {

/// A part of the data set (a bin, a class) before and after.
struct PartRecord {
  std::string name;
  int64_t rows = 0;
  int64_t kept = 0;
};

struct StageRecord {
  std::string name;
  double seconds = 0;
  int64_t peak_rss_bytes = 0;  ///< highest resident memory during the stage, mapped files included
};

/// One of the data sets that rows are from, where they are from several.
struct SourceRecord {
  std::string path;    ///< absolute
  std::string labels;  ///< a file of labels, or empty
  std::string digest;  ///< as InputRecord::digest, of this one
  int64_t rows = 0;
};

/// A data set as it was opened.
struct InputRecord {
  std::string path;  ///< absolute
  std::string format;
  std::string modality;  ///< "pictures", "vectors"; empty in runs of schema 1
  std::string digest;    ///< of every training row's key, label and bytes
  std::vector<std::string> classes;
  std::vector<std::pair<std::string, int64_t>> splits;  ///< name, rows
  /// Of a set that was extended, whose rows are numbered through all of them, `path` first; else
  /// empty, and absent from the file.
  std::vector<SourceRecord> sources;
};

struct FeatureRecord {
  std::string kind;
  int64_t width = 0;
  std::string file;
  bool reused = false;  ///< found in the cache
};

/// What was taken from the pictures that were kept.
struct PatchRecord {
  std::string importance;  ///< how cells were ranked: "gradient-energy"
  int64_t cells = 0;       ///< of all kept pictures
  int64_t cells_kept = 0;  ///< of these
  // Like bytes_after, with the headers of archives where archives are written.
  int64_t bytes_source = 0;   ///< of the kept pictures as the source stores them; 0 = not recorded
  int64_t bytes_recoded = 0;  ///< of the kept pictures with nothing dropped, re-coded without loss
  std::string spent;          ///< what a budget of bytes bought, in words; absent from the file when empty
  // Where cells that hold objects stay; absent from the file elsewhere.
  int64_t cells_asked = 0;     ///< to be dropped
  int64_t pictures_short = 0;  ///< of which fewer were dropped than asked
};

/// Of pictures that were shrunk into sheets, several to a file (formats/sheets/).
struct SheetRecord {
  int64_t tile = 0;          ///< cells each way, at most
  int64_t side = 0;          ///< of a cell, in pixels
  std::string fit;           ///< "whole" or "crop"
  int64_t quality = 0;       ///< of JPEG; 0 = PNG
  int64_t sheets = 0;        ///< files
  int64_t bytes_sheets = 0;  ///< of these; with the table, RunRecord::bytes_after
  int64_t bytes_table = 0;
  int64_t bytes_source = 0;  ///< of the same pictures, as the source stores them
};

/// Pixels in units of their range.
struct PixelRecord {
  double mean = 0;
  double deviation = 0;
  double least = 0;
  double most = 0;
};

/// Pictures that were synthesised: no rows were kept.
struct SyntheticRecord {
  int64_t pictures = 0;
  int64_t stored_per_class = 0;  ///< as was asked for; fewer than come out where one stored picture gives several
  int quality = 0;               ///< of JPEG; 0 = PNG, and absent from the file
  int64_t bytes_pictures = 0;    ///< of the files in data/
  int64_t bytes_labels = 0;      ///< of labels.npy; 0 = hard labels
  int64_t bytes_factors = 0;     ///< of what was learnt and is stored beside the pictures; 0 = they are all there is
  double bytes_real_jpeg = 0;    ///< of a real picture of this size as a JPEG of quality 50, on average; 0 = not measured
  int64_t steps = 0;
  double objective_first = 0;
  double objective_last = 0;
  PixelRecord real;
  PixelRecord synthetic;                   ///< before it was rounded and cut off
  std::map<std::string, double> measures;  ///< the method's own, on test rows: "krr"
};

/// Labels of the views of what was kept or made: view_labels.bin.
struct ViewLabelRecord {
  int64_t views = 0;  ///< of each row
  int bits = 0;       ///< of a logit
  int64_t top = 0;    ///< classes that are stored of a view
  Cuts cuts;          ///< of a view
  int64_t bytes = 0;  ///< of the file; part of RunRecord::bytes_after
  std::string teacher;
  std::string teacher_digest;
};

/// Rows that were left out before choosing, since they repeat others: repeats.jsonl.
struct RepeatsRecord {
  std::string dedup;          ///< --dedup
  int64_t dropped = 0;        ///< of the training split
  int64_t equal = 0;          ///< of these, equal to what they repeat
  int64_t leaking = 0;        ///< of these, with a copy in the test split
  int64_t contradicting = 0;  ///< training rows of which a copy has another label
  double recall = 1;          ///< estimated share of the near pairs that were found; 1 = all were looked for
};

/// Of a set whose rows hold objects or masks: how much of each class there is, and was kept.
struct ContentRecord {
  struct OfClass {
    std::string name;
    int64_t amount = 0;
    int64_t amount_kept = 0;
    int64_t rows = 0;  ///< that hold any
    int64_t rows_kept = 0;
    int64_t least = 0;  ///< that --min-objects wants kept: at most what rows that can be read hold
    /// Of kept rows, pixels that became ignored with the cells their pictures lost: not in
    /// amount_kept. Absent from the file when 0.
    int64_t amount_ignored = 0;
  };
  std::string unit;  ///< of the amounts: "objects" or "pixels"
  std::vector<OfClass> classes;
  int64_t background = 0;  ///< rows that hold nothing
  int64_t background_kept = 0;
};

/// What the processes of a run exchanged.
struct RanksRecord {
  int64_t count = 0;
  int64_t messages = 0;
  int64_t bytes_received = 0;
};

/// Subset sizes that an order is valid for.
struct SizeRange {
  int64_t least = 0;
  int64_t most = 0;
};

using OptionValue = std::variant<std::nullptr_t, bool, int64_t, uint64_t, double, std::string>;

struct RunRecord {
  /// 1: no "schema", no "modality". 2: both.
  static constexpr int kSchema = 2;

  int64_t rows = 0;
  std::optional<int64_t> kept;  ///< none where rows were ordered and nothing was kept yet
  int64_t bytes_before = 0;
  int64_t bytes_after = 0;
  double seconds = 0;
  int64_t peak_rss_bytes = 0;
  uint64_t seed = 0;
  std::string version;
  std::string command;
  std::string method;
  std::string method_note;  ///< one sentence: how the rows were chosen
  std::optional<SizeRange> serves;
  std::optional<uint64_t> ties_seed;  ///< Selection::ties; absent from the file when there is none
  std::optional<InputRecord> input;
  std::string output_format;
  std::vector<std::pair<std::string, OptionValue>> options;  ///< resolved
  std::map<std::string, std::string> training;               ///< as Dataset::training; absent from the file when empty
  std::optional<FeatureRecord> features;
  std::optional<PatchRecord> patches;          ///< nothing where pictures were kept as they are
  std::optional<SheetRecord> sheets;           ///< nothing where pictures have files of their own
  std::optional<SyntheticRecord> synthetic;    ///< nothing where rows were kept
  std::optional<ViewLabelRecord> view_labels;  ///< nothing where rows teach their classes, or one soft label each
  std::vector<PartRecord> bins;                ///< of what was kept
  std::vector<PartRecord> classes;             ///< of what was kept; empty where `content` says it
  std::optional<ContentRecord> content;        ///< nothing where a row is of one class
  int64_t bin_count = 0;                       ///< of an order alone
  int64_t pool_count = 0;                      ///< of an order alone
  int64_t bad_files = 0;
  std::optional<RepeatsRecord> repeats;  ///< nothing without --dedup
  std::vector<StageRecord> stages;
  std::optional<RanksRecord> ranks;

  const OptionValue* option(std::string_view name) const;  ///< null when there is none
  std::string option_text(std::string_view name) const;    ///< empty for an option that is absent or no text
  bool flag(std::string_view name) const;                  ///< false for an option that is absent or no flag
  /// --label-field or --image-field, where the set that was written has that field too: as the source
  /// does, if it has the source's format. Else empty.
  std::string stored_field(std::string_view name) const;
};

Json to_json(const RunRecord& run);

/// Fields that are absent keep their defaults, so runs of older versions are read. Throws
/// InputError naming `file` and the field that is of another type or out of range.
RunRecord run_record_from(const Json& json, const std::filesystem::path& file);

/// RunRecord::training alone, of a run.json of which nothing else is looked at. Throws InputError
/// likewise.
std::map<std::string, std::string> training_from(const Json& json, const std::filesystem::path& file);

std::string text_of(const OptionValue& value);  ///< as JSON writes it; a text without quotes
Json to_json(const OptionValue& value);
/// The options of a table's resolved().
std::vector<std::pair<std::string, OptionValue>> options_from(const Json& resolved, const std::filesystem::path& file = {});

}  // namespace decant
