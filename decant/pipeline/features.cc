#include "decant/pipeline/features.h"

#include <functional>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json_reader.h"
#include "decant/base/output.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/choosing/choose_rows.h"
#include "decant/pipeline/choosing/extractor.h"
#include "decant/pipeline/run/feature_jobs.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/run_log.h"
#include "decant/pipeline/run/scans.h"

namespace decant {

void FeaturesOptions::declare(OptionTable& table) {
  Option& path = table.add("input", input.path, "PATH", "the data set");
  path.positional = path.required = true;
  table.add("out", out, "FILE.npy", "file of the features").required = true;
  features.declare(table);
  declare_shard(shard, table);
  declare_scans(input.scans, table);
  table.add("fit-only", fit_only, "write what conv-kmeans or lsa learns from the rows, for --filters, and no features");
  input.fields.declare(table);
  table.add("seed", seed, "N", "determines every random choice");
  table.add("strict", input.strict, "stop at a file that cannot be read");
  declare_fill(input, table);
  table.add("overwrite", overwrite, "replace an existing file").effect = Effect::speed;
}

namespace {

OutputOptions writing(const FeaturesOptions& options, std::function<std::string(const std::filesystem::path&)> why_foreign) {
  std::vector<std::string> inputs = files_named({}, options.features);
  inputs.insert(inputs.end(), {options.input.path, options.features.fitted.string(), options.input.scans});
  return {.overwrite = options.overwrite,
          .inputs = with_folders_read(std::move(inputs), options.input.fields),
          .why_foreign = std::move(why_foreign)};
}

const Extractor& computing_extractor(const FeaturesOptions& options, const Input& input, const char* option) {
  const Extractor& extractor = extractor_for(options.features.features, input.dataset);
  if (!extractor.task) throw UsageError(fmt::format("{}: features are there already ({})", option, options.features.features));
  require_labels(extractor, input);
  return extractor;
}

FeaturesMade fit_features(const FeaturesOptions& options, const Context& context) {
  if (!options.shard.empty()) throw UsageError("--fit-only learns from all rows; leave out --shard");
  OutputFile out(options.out, writing(options, why_no_fitted));
  RunLog log("");
  const Input input = log.stage("read", [&] { return read_input(options.input, context); });
  const Extractor& extractor = computing_extractor(options, input, "--fit-only");
  const FeatureTask task = extractor.task(input, options.features, options.seed, context);
  if (!task.fit)
    throw UsageError(fmt::format("--fit-only: {} features learn nothing from the rows{}", extractor.name,
                                 options.features.fitted.empty() ? "" : " with --filters"));
  log.stage("fit", [&] { task.fit(context).save(out.path()); });
  out.commit();
  return {.rows = input.rows(),
          .features = {extractor.name, task.width, options.out.string()},
          .bad_files = std::ssize(input.excluded),
          .seconds = log.seconds(),
          .peak_rss_bytes = log.peak_rss_bytes()};
}

FeaturesMade features_recorded(const FeaturesOptions& options, const RunLog& log) {
  const JobRecord record = read_job(record_of_features(options.out), kFeaturesStage);
  const JsonReader reader(*record.json, record.file.string());
  return {.rows = record.job.range.end - record.job.range.begin,
          .features = {reader.text("kind"), reader.count("columns"), options.out.string(), true},
          .bad_files = reader.count("bad"),
          .seconds = log.seconds(),
          .peak_rss_bytes = log.peak_rss_bytes(),
          .was_done = true};
}

std::string why_no_record(const std::filesystem::path& file) {
  return why_no_job(file, kFeaturesStage);
}

FeaturesMade features_of_shard(const FeaturesOptions& options, const Context& context) {
  const std::filesystem::path record_file = record_of_features(options.out);
  Job job = shard_job(kFeaturesStage, shard_from(options.shard), options, {"filters"});
  RunLog log("");
  if (is_done(job, options.out, record_file, options.overwrite)) return features_recorded(options, log);
  OutputFile out(options.out, writing(options, why_no_features));
  OutputFile noted(record_file, {.overwrite = true, .why_foreign = why_no_record});
  const ShardInput shard = log.stage("read", [&] { return read_shard(options.input, job.shard, context); });
  const Extractor& extractor = computing_extractor(options, shard.input, "--shard");
  if (const auto dependence = extractor.dependence ? extractor.dependence(options.features) : std::nullopt)
    throw InputError({options.input.path, "",
                      fmt::format("features of a part of it are none of all: {} {}", extractor.name, dependence->what),
                      dependence->remedy});
  const FeatureTask task = extractor.task(shard.input, options.features, options.seed, context);
  log.stage("features", [&] {
    NpyWriter writer(out.path(), shard.rows->size(), task.width);
    task.fill(*shard.rows, shard.bad(), writer.rows(), context);
    writer.commit();
  });
  job.rows = shard.input.rows();
  job.range = shard.range;
  job.digest = shard.digest;
  Json record = to_json(job);
  record["kind"] = extractor.name;
  record["columns"] = task.width;
  record["bad"] = shard.input.excluded.size();
  record["content"] = file_digest(out.path());
  write_file(noted.path(), json_text(record) + "\n");
  noted.commit();  // first: features never stand without it
  out.commit();
  return {.rows = shard.rows->size(),
          .features = {extractor.name, task.width, options.out.string()},
          .bad_files = std::ssize(shard.input.excluded),
          .seconds = log.seconds(),
          .peak_rss_bytes = log.peak_rss_bytes()};
}

}  // namespace

FeaturesMade make_features(const FeaturesOptions& options, const Context& context) {
  if (options.fit_only) return fit_features(options, context);
  if (!options.shard.empty()) return features_of_shard(options, context);
  OutputFile out(options.out, writing(options, why_no_features));
  RunLog log("");
  const Input input = log.stage("read", [&] { return read_input(options.input, context); });
  const FeatureSet set = log.stage("features", [&] { return obtain_features(input, options.features, options.seed, context); });
  log.stage("write", [&] {
    NpyWriter writer(out.path(), set.features.count(), set.features.width());
    for (int64_t row = 0; row < set.features.count(); ++row) set.features.copy_row(row, writer.rows()[row]);
    writer.commit();
    out.commit();
  });
  return {.rows = set.features.count(),
          .features = {set.kind, set.features.width(), options.out.string(), set.reused},
          .bad_files = std::ssize(input.excluded),
          .seconds = log.seconds(),
          .peak_rss_bytes = log.peak_rss_bytes()};
}

}  // namespace decant
