#include "decant/pipeline/bins.h"

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/version.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/checkpoint.h"
#include "decant/pipeline/run_folder.h"
#include "decant/pipeline/run_log.h"

namespace decant {
namespace fs = std::filesystem;

void BinsOptions::declare(OptionTable& table) {
  Option& path = table.add("features", features, "FEATURES.npy", "float matrix, one row for each sample");
  path.positional = path.required = true;
  table.add("labels", labels, "FILE", "labels (.npy); with them every class is cut by itself");
  table.add("out", out, "FOLDER", "where bins, order and gains go").required = true;
  select.declare(table);
  table.add("seed", seed, "N", "for --method random and pools by k-means");
  table.add("overwrite", overwrite, "replace an existing output").effect = Effect::speed;
}

Json make_bins(const BinsOptions& options, const Context& context) {
  const FeatureOptions own_rows{.features = "rows"};
  OutputFolder out(options.out, {.overwrite = options.overwrite, .keep = Checkpoint::kFolder});
  Checkpoint checkpoint(out.path() / Checkpoint::kFolder, deciding_options(options.select, own_rows, options.seed), options.overwrite,
                        context);
  RunLog log(out.path());
  const Input input =
      log.stage("read", [&] { return read_input({.path = options.features.string(), .labels = options.labels, .check = false}, context); });
  const Chosen chosen = choose_rows(input, options.select, own_rows, options.seed, checkpoint, log, context);
  log.stage("write", [&] { write_selection(chosen.selection, out.path()); });

  OptionTable table;
  BinsOptions resolved = options;
  resolved.declare(table);
  const Json run = {{"rows", input.rows()},
                    {"seconds", log.seconds()},
                    {"peak_rss_bytes", log.peak_rss_bytes()},
                    {"seed", options.seed},
                    {"version", kVersion},
                    {"command", options.command},
                    {"method", chosen.selection.method},
                    {"method_note", chosen.note},
                    {"bins", chosen.selection.bin_count},
                    {"pools", chosen.selection.pool_count},
                    {"options", table.resolved()},
                    {"stages", log.stages_json()}};
  write_file(out.path() / "run.json", json_text(run, 2) + "\n");
  checkpoint.remove();
  out.commit();
  return run;
}

void FeaturesOptions::declare(OptionTable& table) {
  Option& path = table.add("input", input.path, "PATH", "the data set");
  path.positional = path.required = true;
  table.add("out", out, "FILE.npy", "where the features go").required = true;
  features.declare(table);
  table.add("seed", seed, "N", "every random choice follows from it");
  table.add("strict", input.strict, "a file that cannot be read ends the run");
  table.add("overwrite", overwrite, "replace an existing file").effect = Effect::speed;
}

Json make_features(const FeaturesOptions& options, const Context& context) {
  if (fs::exists(options.out) && !options.overwrite)
    throw InputError({options.out.string(), "", "exists already", "Give another -o, or --overwrite to replace it"});
  RunLog log("");
  const Input input = log.stage("read", [&] { return read_input(options.input, context); });
  const FeatureSet set = log.stage("features", [&] { return obtain_features(input, options.features, options.seed, context); });
  log.stage("write", [&] {
    const MatrixView<const float> rows = set.features.rows;
    const int64_t shape[] = {rows.rows, rows.cols};
    write_npy<float>(options.out, {rows.data, static_cast<size_t>(rows.rows * rows.cols)}, shape);
  });
  return {{"rows", set.features.count()},
          {"columns", set.features.width()},
          {"kind", set.kind},
          {"file", options.out.string()},
          {"reused", set.reused},
          {"bad_files", input.bad.size()},
          {"seconds", log.seconds()},
          {"peak_rss_bytes", log.peak_rss_bytes()}};
}

}  // namespace decant
