#include "decant/pipeline/extend.h"

#include <algorithm>
#include <cmath>
#include <fmt/ranges.h>
#include <sstream>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/json_reader.h"
#include "decant/base/output.h"
#include "decant/base/text.h"
#include "decant/formats/joined_set.h"
#include "decant/pipeline/choosing/choose_rows.h"
#include "decant/pipeline/choosing/empty_classes.h"
#include "decant/pipeline/choosing/repeats.h"
#include "decant/pipeline/run/checkpoint.h"
#include "decant/pipeline/run/joined_input.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/plane.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/run/run_log.h"
#include "decant/pipeline/run/write_small_set.h"
#include "decant/select/pools/quota.h"

namespace decant {
namespace fs = std::filesystem;

void ExtendOptions::declare(OptionTable& table) {
  Option& path = table.add("run", run, "RUN", "a folder that `decant compress` or `decant extend` wrote");
  path.positional = path.required = true;
  Option& added = table.add("more", more, "MORE", "the new data: of the same format, with the same classes");
  added.positional = added.required = true;
  table.add("out", out, "FOLDER", "folder of the small set").required = true;
  table.add("keep", keep, "HOW-MUCH", "of old and new rows together: 0.2, 20% or a count; default: the share that RUN kept");
  table.add("source", source, "PATH", "the data set of RUN, if it has moved");
  table.add("more-labels", more_labels, "FILE", "labels of a .npy MORE");
  table.add("features", features, "FILE", "where RUN was given a .npy of features: one of old and new rows").by_content = true;
  table.add("scores", scores, "FILE", "where RUN was given a .npy of scores: one of old and new rows").by_content = true;
  table.add("pools", pools, "FILE", "where RUN was given a .npy of pools: one of old and new rows").by_content = true;
  table.add("to", to, "FORMAT", "write imagefolder, webdataset, parquet or packed instead of the format of the data; default: as RUN");
  table.add("cache", cache, "DIR", "cache folder; default: ~/.cache/decant").effect = Effect::speed;
  table.add("strict", strict, "stop at a file that cannot be read");
  table.add("no-check", no_check, "do not decode every picture first to find the bad ones");
  table.add("overwrite", overwrite, "replace an existing output").effect = Effect::speed;
}

namespace {

// What the run was made with.

/// Sets the options of a table as the run recorded them.
void set_as_recorded(const RunRecord& run, OptionTable& table) {
  for (const auto& [name, value] : run.options) {
    Option* const option = table.find(name);
    if (option != nullptr && !std::holds_alternative<std::nullptr_t>(value)) option->set(text_of(value));
  }
}

template <class Options>
Options as_recorded(const RunRecord& run) {
  Options options;
  OptionTable table;
  options.declare(table);
  set_as_recorded(run, table);
  return options;
}

/// A file of the run's says something of each old row: a new one must say it of all.
void take_file(const std::string& option, const std::string& given, std::string& recorded) {
  if (!given.empty()) {
    recorded = given;
    return;
  }
  if (recorded.ends_with(".npy"))
    throw InputError({recorded, "", fmt::format("has --{} of the old rows alone", option),
                      fmt::format("Put the rows of MORE behind them (numpy.concatenate) and give that file: --{} FILE.npy", option)});
}

/// What is asked for once more.
struct Earlier {
  ChoosingOptions select;
  DedupOptions dedup;
  FeatureOptions features;
  MethodSpec spec;
};

[[noreturn]] void refuse_method(const RunFolder& run, const std::string& name) {
  throw InputError({run.path.string(), "", fmt::format("was chosen by {}, which cannot go on from rows that are already chosen", name),
                    fmt::format("Choose from both data sets anew with `decant compress`, or extend a run of {}",
                                fmt::join(methods_that_go_on(), ", "))});
}

Earlier earlier_of(const RunFolder& run, const ExtendOptions& options) {
  const Method* const method = find_method(run.run.method);
  if (method == nullptr || !goes_on(*method)) refuse_method(run, run.run.method);
  Earlier earlier{as_recorded<ChoosingOptions>(run.run), as_recorded<DedupOptions>(run.run), as_recorded<FeatureOptions>(run.run), {}};
  const std::string typed = earlier.select.method;
  earlier.select.method = method->name + typed.substr(std::min(typed.find('+'), typed.size()));
  earlier.select.minutes.reset();  // "auto" has decided
  if (const OptionValue* const least = run.run.option("min-per-class"))
    if (const auto* const rows = std::get_if<int64_t>(least)) earlier.select.shares.least = *rows;
  take_file("scores", options.scores, earlier.select.scores);
  take_file("pools", options.pools, earlier.select.pools);
  if (method->features) take_file("features", options.features, earlier.features.features);
  if (!options.cache.empty()) earlier.features.cache = options.cache;
  earlier.spec = parse_method(earlier.select);
  return earlier;
}

void require_extendable(const RunFolder& run) {
  const auto refuse = [&](const std::string& what, const std::string& remedy) { throw InputError({run.path.string(), "", what, remedy}); };
  if (run.kept.empty() || !run.run.input || run.run.input->path.empty())
    refuse("holds no small set that knows its source", "Name a folder that `decant compress` wrote");
  if (run.run.option("method") == nullptr) refuse("does not record how its rows were chosen", "Extend the run that it was sampled from");
  if (run.run.patches)
    refuse("has its pictures reduced, and new ones would not be", "Extend a run without --drop, --quality, --resolution and --bytes");
  if (run.run.sheets) refuse("has its pictures in sheets, and new ones would not be", "Extend a run without --tile");
}

/// Rows that the run kept, in the order in which they were picked.
std::vector<int64_t> chosen_in_order(const RunFolder& run) {
  std::vector<int64_t> rows;
  for (const int64_t row : run.selection.order) {
    if (run.kept.contains(row)) rows.push_back(row);
  }
  if (rows.size() != run.kept.size())
    throw InputError(
        {(run.path / "order.npy").string(), "", "lacks rows of indices.npy", "The folder was changed after the run; create it again"});
  return rows;
}

// The rows.

/// Of the row's bytes; empty where they cannot be read.
std::string sha256_of(const Rows& rows, int64_t row) {
  std::vector<std::byte> scratch;
  try {
    return sha256(rows.bytes(row, scratch));
  } catch (const IoError&) {
    return "";
  }
}

/// Throws InputError for a source that is another than the run's, whose rows are numbered from
/// `first`. Names the first kept row that differs, where one does.
void require_same(const Input& input, const RunFolder& run, const SourceRecord& source, int64_t first) {
  if (input.digest == source.digest) return;
  const Rows& rows = input.dataset.train();
  const std::string made = run.path.string();
  const auto refuse = [&](const std::string& key, const std::string& what) {
    throw InputError(
        {input.dataset.root.string(), key, what, "Restore the data that RUN was made from, or choose anew with `decant compress`"});
  };
  const std::string manifest = (run.path / "manifest.jsonl").string();
  std::istringstream lines(read_text(manifest));
  for (std::string line; std::getline(lines, line);) {
    const Json json = parse_json(line, manifest);
    const JsonReader reader(json, manifest);
    const int64_t row = reader.count("row") - first;
    if (row < 0 || row >= source.rows) continue;
    std::string key = reader.text("key");
    if (first > 0) key.erase(0, std::min(key.size(), key.find(": ") + 2));
    if (row >= rows.size() || rows.key(row) != key) refuse(key, fmt::format("was row {} when {} was made, and is not now", row, made));
    if (sha256_of(rows, row) != reader.text("sha256")) refuse(key, fmt::format("has changed since {} was made", made));
  }
  refuse("", fmt::format("is not the data set that {} was made from (the digest differs)", made));
}

std::vector<SourceRecord> parts_of_run(const RunRecord& run) {
  if (run.input->sources.size() > 1) return run.input->sources;
  return {{.path = run.input->path, .labels = run.option_text("labels"), .digest = run.input->digest, .rows = run.rows}};
}

Input read_all(const ExtendOptions& options, const RunFolder& run, const Context& context) {
  const auto reading = [&](const std::string& path, const fs::path& labels) {
    return InputOptions{.path = path, .labels = labels, .fields = fields_of(run.run), .strict = options.strict, .check = !options.no_check};
  };
  std::vector<Input> parts;
  int64_t first = 0;
  for (const SourceRecord& source : parts_of_run(run.run)) {
    const std::string path = parts.empty() && !options.source.empty() ? options.source : source.path;
    parts.push_back(read_input(reading(path, source.labels), context));
    require_same(parts.back(), run, source, first);
    first += source.rows;
  }
  parts.push_back(read_input(reading(options.more, options.more_labels), context));
  return joined_input(std::move(parts));
}

/// The format to write: that of the run, where it is not the source's.
std::string format_written(const ExtendOptions& options, const RunFolder& run, const Input& input) {
  const bool converted = run.run.output_format != run.run.input->format;
  const std::string to = !options.to.empty() ? options.to : converted ? run.run.output_format : "";
  if ((to.empty() || to == input.dataset.format) && input.dataset.writer == nullptr)
    throw InputError({run.path.string(), "",
                      fmt::format("holds {}, and rows of two such data sets cannot be written as one", input.dataset.format),
                      "Give another format: --to imagefolder, webdataset, parquet or packed"});
  return to;
}

/// Rows that are not chosen since they repeat others; of a run with --dedup, what it left out too.
Repeats repeats_in(const Input& input, const RunFolder& run, const Earlier& earlier, const Context& context) {
  if (earlier.dedup.how.empty()) return {.dropped = rows_repeated(input, context), .record = {}};
  return repeats_of_grown(input, recorded_repeats(run.path, run.rows()), earlier.dedup, earlier.features, fields_of(run.run), run.run.seed,
                          context);
}

void report_repeats(const std::vector<DroppedRow>& repeated, const Input& input, const Context& context) {
  const int64_t old = rows_before_last(input);
  const auto first = std::ranges::find_if(repeated, [&](const DroppedRow& row) { return row.dropped.row >= old; });
  if (first == repeated.end()) return;
  const auto count = repeated.end() - first;
  context.warn(fmt::format("{} new {} and not chosen (repeats.jsonl), first {}: a copy of {}", human_count(count),
                           count == 1 ? "row repeats another" : "rows repeat others", first->dropped.key, first->repeats.key));
}

void report_new_classes(const Input& input, const RunFolder& run, const Context& context) {
  const std::vector<PartRecord>& before = run.run.classes;
  if (input.classes <= std::ssize(before)) return;
  std::string names;
  for (int32_t label = static_cast<int32_t>(before.size()); label < input.classes; ++label) {
    if (names.size() > 200) {
      names += ", …";
      break;
    }
    names += (names.empty() ? "'" : ", '") + input.class_name(label) + "'";
  }
  context.warn(fmt::format("the new data have {} of which nothing was chosen before: {}",
                           input.classes - std::ssize(before) == 1 ? "a class" : "classes", names));
}

// How many.

bool is_share(const std::string& keep) {
  return keep.find_first_of(".%") != std::string::npos;
}

/// The share that the run kept, of all rows.
int64_t same_share(const RunFolder& run, int64_t rows) {
  const std::string keep = run.run.option_text("keep");
  const bool by_budget = !run.run.option_text("bytes").empty() || !run.run.option_text("keep-tokens").empty();
  if (!by_budget && is_share(keep)) return keep_count(keep, rows);
  const double share = static_cast<double>(run.kept.size()) / static_cast<double>(run.rows());
  return std::llround(share * static_cast<double>(rows));
}

int64_t count_of_both(const ExtendOptions& options, const RunFolder& run, const Input& choosing) {
  const int64_t count = options.keep.empty() ? same_share(run, choosing.rows()) : keep_count(options.keep, choosing.rows());
  const auto had = std::ssize(run.kept);
  const int64_t usable = std::ssize(choosing.usable_rows());
  if (count < had)
    throw InputError({run.path.string(), "",
                      fmt::format("has {} rows chosen already, and {} of {} are to be kept", human_count(had), human_count(count),
                                  human_count(choosing.rows())),
                      fmt::format("Give --keep {} or more", had)});
  if (count > usable)
    throw InputError(
        {options.more, "",
         fmt::format("{} rows are to be kept, but only {} can be read and repeat no other", human_count(count), human_count(usable)),
         "Lower --keep"});
  return count;
}

/// Extend's own options, and those of the run that decide.
std::vector<std::pair<std::string, OptionValue>> all_options(const ExtendOptions& options, const Earlier& earlier, const RunFolder& run,
                                                             int64_t count) {
  ChoosingOptions select = earlier.select;
  FeatureOptions features = earlier.features;
  DedupOptions dedup = earlier.dedup;
  FieldOptions fields = fields_of(run.run);
  OptionTable table;
  select.declare(table);
  dedup.declare(table);
  features.declare(table);
  fields.declare(table);
  std::string labels = run.run.option_text("labels");
  table.add("labels", labels, "FILE", "");
  auto all = options_from(table.resolved());
  for (auto& option : recorded_options(options)) {
    const bool known = std::ranges::find(all, option.first, [](const auto& other) { return other.first; }) != all.end();
    if (option.first == "keep" && options.keep.empty()) {
      const std::string before = run.run.option_text("keep");
      option.second = is_share(before) ? before : std::to_string(count);
    }
    if (!known) all.push_back(std::move(option));
  }
  return all;
}

}  // namespace

RunRecord extend(const ExtendOptions& options, const Context& context) {
  const RunFolder run = load_run_folder(options.run);
  require_extendable(run);
  Earlier earlier = earlier_of(run, options);
  const std::vector<int64_t> before = chosen_in_order(run);
  std::vector<std::string> inputs = files_named(earlier.select, earlier.features);
  for (const SourceRecord& source : parts_of_run(run.run)) inputs.insert(inputs.end(), {source.path, source.labels});
  inputs.insert(inputs.end(), {options.run.string(), options.more, options.source, options.more_labels.string()});
  OutputFolder out(options.out,
                   {.overwrite = options.overwrite, .inputs = with_folders_read(std::move(inputs)), .why_foreign = why_no_run});
  RunLog log(out.path());

  const Input input = log.stage("read", [&] { return read_all(options, run, context); });
  const std::string to = format_written(options, run, input);
  require_usable_at(options.out, input.dataset, to);
  report_new_classes(input, run, context);
  const Repeats repeats = log.stage("repeats", [&] { return repeats_in(input, run, earlier, context); });
  report_repeats(repeats.dropped, input, context);
  const Input choosing = without_repeats(input, repeats.dropped);
  const int64_t count = count_of_both(options, run, choosing);

  earlier.spec.options.chosen = {before, run.rows()};
  const ResolvedMethod method = method_for(earlier.spec, choosing, earlier.features, count, context);
  Checkpoint none({}, Json::object(), /*overwrite=*/true, nullptr, context);
  const ChosenRows chosen = choose_rows(choosing, method, earlier.features, count, run.run.seed, none, log, context);
  const Subset kept = sample_beside(chosen.selection, earlier.spec.options.chosen, count, method.options.shares_of_pools());
  warn_of_empty_classes(
      chosen.selection, choosing.labels, kept, chosen.by_class(), [&](int32_t c) { return choosing.class_name(c); }, context);
  const Matrix<float> map = log.stage("map", [&] { return plane_of(chosen.features.features, context); });

  const SmallSet set{
      .input = input,
      .selection = chosen.selection,
      .kept = kept,
      .content = nullptr,
      .map = map.view(),
      .to = to,
      .note = fmt::format("{}; beside {} rows chosen before ({})", chosen.note, human_count(std::ssize(before)), options.run.string()),
      .seed = run.run.seed,
      .command = options.command,
      .options = all_options(options, earlier, run, count),
      .features = chosen.features.record(),
      .repeats = repeats.dropped,
      .repeats_record = earlier.dedup.how.empty() ? std::nullopt : std::optional(repeats.record)};
  RunRecord written = write_small_set(set, out.path(), log, context);
  out.commit();
  return written;
}

}  // namespace decant
