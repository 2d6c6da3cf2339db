#include "decant/pipeline/bins.h"

#include <optional>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/base/text.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/choosing/empty_classes.h"
#include "decant/pipeline/run/checkpoint.h"
#include "decant/pipeline/run/feature_jobs.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/run/run_log.h"
#include "decant/pipeline/run/scans.h"
#include "decant/select/pools/quota.h"
#include "decant/select/pools/sampler.h"

namespace decant {
namespace fs = std::filesystem;

void BinsOptions::declare(OptionTable& table) {
  Option& path = table.add("features", features, "FEATURES.npy", "float matrix, one row for each sample; shards: 'x-{000..127}.npy'");
  path.positional = path.required = true;
  table.add("labels", labels, "FILE", "labels of all rows (.npy); each class is then cut separately");
  table.add("scans", scans, "FILES", "of features of a data set, what decant scan found in it ('scan-*.json'): its labels and bad rows")
      .silent_at = "\"\"";
  table.add("out", out, "FOLDER", "folder of bins, order and gains").required = true;
  table.add("keep", keep, "HOW-MUCH", "0.2, 20% or a count, for methods whose order depends on it; default: all rows");
  select.declare(table);
  table.add("seed", seed, "N", "determines every random choice");
  table.add("overwrite", overwrite, "replace an existing output").effect = Effect::speed;
}

namespace {

FeatureOptions features_of_rows() {
  return {.features = "rows"};
}

void claim_folder(const BinsOptions& options, std::optional<OutputFolder>& out) {
  std::vector<std::string> inputs = files_named(options.select, features_of_rows());
  inputs.insert(inputs.end(), {options.features, options.labels.string(), options.scans});
  out.emplace(
      options.out,
      OutputOptions{.overwrite = options.overwrite, .inputs = std::move(inputs), .why_foreign = why_no_run, .keep = Checkpoint::kFolder});
}

Input read_features_and_labels(const BinsOptions& options, const Context& context) {
  if (!options.scans.empty() && !options.labels.empty()) throw UsageError("--scans and --labels both give labels; give one of them");
  all_or_none(options.ranks, is_root(options.ranks), [&] { require_feature_jobs(options.features, options.scans, context); });
  Input input = read_input({.path = options.features, .labels = options.labels, .check = false, .ranks = options.ranks}, context);
  if (!options.scans.empty()) label_by_scans(input, options.scans);
  return input;
}

RunRecord record_of_bins(const BinsOptions& options, const ChosenRows& chosen, const RunLog& log) {
  RunRecord run = begin_record(chosen.selection, chosen.note, options.seed, options.command, recorded_options(options), log);
  run.bin_count = chosen.selection.bin_count;
  run.pool_count = chosen.selection.pool_count;
  if (options.ranks != nullptr)
    run.ranks = RanksRecord{options.ranks->size(), options.ranks->traffic().messages, options.ranks->traffic().bytes};
  return run;
}

}  // namespace

std::optional<RunRecord> make_bins(const BinsOptions& options, const Context& context) {
  ChoosingOptions select = options.select;
  select.ranks = options.ranks;
  const MethodSpec spec = parse_method(select);
  const FeatureOptions own_rows = features_of_rows();
  Comm* const ranks = options.ranks;
  std::optional<OutputFolder> out;
  all_or_none(ranks, is_root(ranks), [&] { claim_folder(options, out); });
  const fs::path folder = OutputFolder::partial_of(options.out);
  Checkpoint checkpoint(folder / Checkpoint::kFolder, deciding_options(spec, own_rows, options.seed), options.overwrite, ranks, context);
  RunLog log(is_root(ranks) ? folder : fs::path());
  const Input input = log.stage("read", [&] { return read_features_and_labels(options, context); });
  const int64_t count = options.keep.empty() ? 0 : keep_count(options.keep, input.rows(), std::ssize(input.usable_rows()));
  const ResolvedMethod method = method_for(spec, input, own_rows, count, context);
  const ChosenRows chosen = choose_rows(input, method, own_rows, count, options.seed, checkpoint, log, context);
  checkpoint.remove();
  if (!is_root(ranks)) return std::nullopt;
  warn_of_idle(spec, method, input.dataset.train().pictures() != nullptr, context);
  if (count == 0 && chosen.selection.serves_from > 1)
    context.warn(fmt::format(
        "the rows that --method {} chooses depend on how many are kept; without --keep, this order is only valid for all {} rows",
        method.name(), human_count(chosen.selection.serves_to)));
  if (count > 0)
    warn_of_empty_classes(
        chosen.selection, input.labels, sample(chosen.selection, {}, count, options.seed), chosen.by_class(),
        [&](int32_t label) { return input.class_name(label); }, context);
  log.stage("write", [&] { write_selection(chosen.selection, folder); });

  const RunRecord run = record_of_bins(options, chosen, log);
  write_file(folder / "run.json", json_text(to_json(run), 2) + "\n");
  out->commit();
  return run;
}

}  // namespace decant
