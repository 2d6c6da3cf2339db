#include "decant/pipeline/sample.h"

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/choosing/empty_classes.h"
#include "decant/pipeline/choosing/repeats.h"
#include "decant/pipeline/patching/reduction.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/run/run_log.h"
#include "decant/pipeline/run/run_source.h"
#include "decant/pipeline/run/sheets_in_run.h"
#include "decant/pipeline/run/write_small_set.h"
#include "decant/select/pools/quota.h"
#include "decant/select/pools/sampler.h"

namespace decant {

void SampleOptions::declare(OptionTable& table) {
  Option& path = table.add("run", run, "RUN", "a folder that `decant compress` or `decant bins` wrote");
  path.positional = path.required = true;
  table.add("out", out, "OUT", "x.npy for the row numbers only, or a folder for the small set").required = true;
  table.add("keep", keep, "HOW-MUCH", "0.2, 20% or a count");
  table.add("min-per-class", min_per_class, "N", "keep at least N rows of every class, or all it has; default: as the run did")
      .default_text = "";
  table.add("source", source, "PATH", "the data set, if it has moved");
  table.add("to", to, "FORMAT", "write imagefolder, webdataset, parquet or packed instead of the source format");
  table.add("store", store, "HOW", "copy, or list: only lists that name the source's pictures; default: as the run did").silent_at = "\"\"";
  table.add("seed", seed, "N", "determines every random choice");
  table.add("overwrite", overwrite, "replace an existing output").effect = Effect::speed;
}

namespace {

RunRecord write_rows(const SampleOptions& options, OutputOptions writing, const Subset& kept, int64_t rows) {
  writing.why_foreign = why_no_rows;
  OutputFile out(options.out, std::move(writing));
  write_npy<int64_t>(out.path(), kept);
  out.commit();
  return {.rows = rows, .kept = std::ssize(kept), .seed = options.seed};
}

/// Whether the run's pools are its classes.
bool has_pools_of_classes(const RunRecord& run) {
  const OptionValue* const pool = run.option("pool");
  return pool != nullptr && *pool == OptionValue(false) && run.option("pools") != nullptr && run.option_text("pools").empty();
}

/// --min-per-class: what is given, else what the run was made with, whose order is for that.
int64_t least_of(const SampleOptions& options, const RunRecord& run) {
  if (options.min_per_class < -1) throw UsageError("--min-per-class must not be negative");
  if (options.min_per_class > 0 && !has_pools_of_classes(run))
    throw UsageError(fmt::format("{} was not chosen class by class, so --min-per-class has no classes to count", options.run.string()));
  if (options.min_per_class >= 0) return options.min_per_class;
  const OptionValue* const recorded = run.option("min-per-class");
  const auto* const rows = recorded == nullptr ? nullptr : std::get_if<int64_t>(recorded);
  return rows == nullptr ? 0 : std::max<int64_t>(0, *rows);
}

void warn_of_lost_classes(const RunFolder& run, const Subset& kept, const Context& context) {
  if (!has_pools_of_classes(run.run)) return;
  const auto name = [&](int32_t label) {
    const auto at = static_cast<size_t>(label);
    return at < run.run.classes.size() ? run.run.classes[at].name : std::to_string(label);
  };
  warn_of_empty_classes(run.selection, run.selection.pools, kept, /*by_class=*/true, name, context);
}

void warn_of_whole_pictures(const RunFolder& run, const Context& context) {
  context.warn(fmt::format("{} has its pictures reduced and does not say how, so those of the sample are whole", run.path.string()));
}

bool lists_sample(const SampleOptions& options, const RunRecord& run) {
  if (stores_a_list(options.store) && !options.to.empty()) throw UsageError("--store list leaves pictures as they are; leave out --to");
  return stores_a_list(options.store.empty() && options.to.empty() ? run.option_text("store") : options.store);
}

/// Records written anew say what was done to pictures, so that they can be sampled in their turn.
std::vector<std::pair<std::string, OptionValue>> options_with(const SampleOptions& options, const RunRecord& run,
                                                              const std::optional<AskedReduction>& reduction) {
  auto all = recorded_options(options);
  for (const char* field : {"text", "label-field", "ignore", "image-field", "config-name"}) {  // which the source or data/ is read by
    if (std::string value = run.option_text(field); !value.empty()) all.emplace_back(field, std::move(value));
  }
  if (run.flag("voc-inclusive")) all.emplace_back("voc-inclusive", true);
  if (!reduction) return all;
  const auto more = recorded_options_of(*reduction);
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Sheets like the run's, unless another format is asked for.
std::optional<sheets::Style> tiling_of_sample(const SampleOptions& options, const RunFolder& run, bool listed) {
  if (!run.run.sheets || listed || !options.to.empty()) return std::nullopt;
  return style_of(*run.run.sheets, run.path / "run.json");
}

/// Pixels are written as the run wrote them: their own files have no place for masks and JPEGs.
std::string format_of_sample(const SampleOptions& options, const RunFolder& run, const Input& input, bool reduced) {
  const Pictures* const pictures = input.dataset.train().pictures();
  if (!options.to.empty() || !reduced || pictures == nullptr || pictures->are_files()) return options.to;
  return run.run.output_format;
}

}  // namespace

RunRecord sample_run(const SampleOptions& asked, const Context& context) {
  SampleOptions options = asked;
  const RunFolder run = load_run_folder(options.run);
  options.min_per_class = least_of(options, run.run);
  const auto placed = static_cast<int64_t>(run.selection.order.size());
  const int64_t count = keep_count(options.keep, run.rows(), placed);
  if (count > placed)
    throw InputError({options.run.string(), "",
                      fmt::format("{} rows are to be kept, but only {} are readable and were not dropped", count, placed), "Lower --keep"});
  require_served(run.selection, count, options.run.string());
  // What was chosen beside older rows is kept as it was: classes may hold more than their shares.
  const bool extended = run.run.input && !run.run.input->sources.empty();
  const Subset kept = extended ? run.kept : sample(run.selection, {}, count, options.seed, Shares(Shares::by_size, options.min_per_class));
  warn_of_lost_classes(run, kept, context);
  const OutputOptions writing{.overwrite = options.overwrite, .inputs = run_inputs(run, options.source), .why_foreign = why_no_run};
  if (options.out.extension() == ".npy") return write_rows(options, writing, kept, run.rows());

  OutputFolder out(options.out, writing);
  RunLog log(out.path());
  const Input input = log.stage("read", [&] { return source_of(run, options.source, context); });
  const bool listed = lists_sample(options, run.run);
  options.store = listed ? "list" : "copy";  // recorded, for samples of this one
  const std::optional<sheets::Style> tiling = tiling_of_sample(options, run, listed);
  if (!listed && !tiling) require_usable_at(options.out, input.dataset, options.to);
  const auto reduction = recorded_reduction(run.run, input.dataset, count);
  if (run.run.patches && !reduction) warn_of_whole_pictures(run, context);
  Spent spent;
  if (reduction) spent = log.stage("reduce", [&] { return reduce_pictures(*reduction, input, kept, context); });
  const std::vector<DroppedRow> repeats = recorded_repeats(run.path, input.rows());
  const SmallSet set{.input = input,
                     .selection = run.selection,
                     .kept = kept,
                     .content = spent.reduced.rows,
                     .map = run.map.matrix(),
                     .to = tiling ? kSheetsFormat : format_of_sample(options, run, input, reduction.has_value()),
                     .tiling = tiling,
                     .listed = listed,
                     .note = run.run.method_note,
                     .seed = options.seed,
                     .command = options.command,
                     .options = options_with(options, run.run, reduction),
                     .features = run.run.features,
                     .reduce = spent.reduced.reduce,
                     .importance = spent.reduced.importance,
                     .dropped = spent.tally,
                     .spent = spent.words,
                     .repeats = repeats,
                     .repeats_record = run.run.repeats};
  RunRecord written = write_small_set(set, out.path(), log, context);
  out.commit();
  return written;
}

}  // namespace decant
