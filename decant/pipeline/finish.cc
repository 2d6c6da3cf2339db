#include "decant/pipeline/finish.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/output.h"
#include "decant/base/text.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/npy/npy_shards.h"
#include "decant/pipeline/run/feature_jobs.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/plane.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/run/run_log.h"
#include "decant/pipeline/run/scans.h"
#include "decant/pipeline/run/write_small_set.h"
#include "decant/pipeline/run/written_parts.h"

namespace decant {
namespace fs = std::filesystem;

void FinishOptions::declare(OptionTable& table) {
  Option& path = table.add("input", input.path, "PATH", "the data set");
  path.positional = path.required = true;
  declare_scans(input.scans, table);
  table.find("scans")->required = true;
  table.add("rows", rows, "FILE.npy", "numbers of the rows that are kept, which the jobs were given").required = true;
  table.add("parts", parts, "FOLDERS", "what the jobs wrote, all of it ('part-*')").required = true;
  table.add("out", out, "FOLDER", "folder of the small set").required = true;
  table.add("order", order, "FOLDER", "the order that the rows are from, as decant bins wrote it; default: none is known");
  table.add("features", features, "FEATURES.npy",
            "that rows were chosen by, for the report's map; default: those that --order was made of");
  table
      .add("to", to, "FORMAT",
           "write imagefolder, webdataset, parquet or packed instead of the source format, from the data set and not from the parts")
      .silent_at = "\"\"";
  table.add("labels", input.labels, "FILE", "labels of a .npy data set");
  input.fields.declare(table);
  table.add("overwrite", overwrite, "replace an existing output").effect = Effect::speed;
}

namespace {

/// Of rows of which nothing is known but that they are kept: a ranking of these.
Selection selection_of_rows(int64_t rows, const Subset& kept) {
  const auto all = static_cast<size_t>(rows);
  std::vector<int32_t> bins(all, kNoBin);
  std::vector<float> gains(all, std::numeric_limits<float>::quiet_NaN());
  for (const int64_t row : kept) {
    bins[static_cast<size_t>(row)] = 0;
    gains[static_cast<size_t>(row)] = 0;
  }
  Selection selection{.method = "given",
                      .bins = bins,
                      .pools = bins,
                      .order = RowList(kept),
                      .gains = std::move(gains),
                      .bin_count = 1,
                      .pool_count = 1,
                      .ranked = true};
  selection.serves_from = selection.serves_to = std::ssize(kept);
  return selection;
}

void require_order_of(const RunFolder& order, const Input& input, const Subset& kept) {
  if (order.rows() != input.rows())
    throw InputError(
        {order.path.string(), "",
         fmt::format("orders {} rows, and {} has {}", human_count(order.rows()), input.dataset.root.string(), human_count(input.rows())),
         "Give the order that the rows were taken from"});
  for (const int64_t row : kept) {
    if (order.selection.bins[static_cast<size_t>(row)] == kNoBin)
      throw InputError({order.path.string(), fmt::format("row {}", row), "is to be kept, and was left out when rows were ordered",
                        "Give the order that the rows were taken from"});
  }
}

/// Rows that cannot be read have no bytes to be kept.
void require_readable(const Input& input, const Subset& kept, const std::string& file) {
  for (const Excluded& bad : input.excluded) {
    if (kept.contains(bad.row))
      throw InputError({file, fmt::format("row {} ({})", bad.row, bad.key), "is to be kept, and cannot be read: " + bad.text,
                        "Leave it out, or repair the file and run all jobs again"});
  }
}

std::string features_of_order(const FinishOptions& options, const std::optional<RunFolder>& order) {
  if (!options.features.empty() || !order) return options.features;
  std::string recorded = order->run.option_text("features");
  try {
    if (names_npy(recorded)) find_npy_shards(recorded);
  } catch (const InputError&) {
    throw InputError({recorded, "", fmt::format("are the features that {} was made of, and are not there", order->path.string()),
                      "Give their place: --features 'feats-*.npy'"});
  }
  return names_npy(recorded) ? recorded : "";
}

/// Those of the order, and finish's own.
std::vector<std::pair<std::string, OptionValue>> options_of_both(const FinishOptions& options, const std::optional<RunFolder>& order) {
  auto all = recorded_options(options);
  if (!order) return all;
  for (const auto& option : order->run.options) {
    const bool known = std::ranges::find(all, option.first, [](const auto& other) { return other.first; }) != all.end();
    if (!known) all.push_back(option);
  }
  return all;
}

}  // namespace

RunRecord finish(const FinishOptions& options, const Context& context) {
  const std::optional<RunFolder> order = options.order.empty() ? std::nullopt : std::optional(load_run_folder(options.order));
  const std::string features_file = features_of_order(options, order);
  OutputFolder out(options.out, {.overwrite = options.overwrite,
                                 .inputs = with_folders_read({options.input.path, options.input.labels.string(), options.input.scans,
                                                              options.rows, options.parts, options.order.string(), features_file},
                                                             options.input.fields),
                                 .why_foreign = why_no_run});
  RunLog log(out.path());

  const Input input = log.stage("read", [&] { return read_input(options.input, context); });
  require_usable_at(options.out, input.dataset, options.to);
  const Subset kept = read_rows_to_keep(options.rows, input.rows());
  require_readable(input, kept, options.rows);
  if (order) require_order_of(*order, input, kept);
  const WrittenParts parts = log.stage("parts", [&] { return read_parts(options.parts, input.dataset, kept, options.rows, context); });

  Features features;
  Matrix<float> map;
  if (!features_file.empty()) {
    require_feature_jobs(features_file, options.input.scans, context);
    features = read_features(features_file);
    if (features.count() != input.rows())
      throw InputError(
          {features_file, "",
           fmt::format("has {} rows, and {} has {}", human_count(features.count()), options.input.path, human_count(input.rows())),
           "Give the features of all jobs"});
    map = log.stage("map", [&] { return plane_of(features, context); });
  }
  const Selection given = order ? Selection() : selection_of_rows(input.rows(), kept);
  const SmallSet set{
      .input = input,
      .selection = order ? order->selection : given,
      .kept = kept,
      .content = nullptr,
      .map = map.view(),
      .to = options.to,
      .note = order ? order->run.method_note : fmt::format("the rows that {} lists", options.rows),
      .seed = order ? order->run.seed : 0,
      .command = options.command,
      .options = options_of_both(options, order),
      .features = features_file.empty() ? std::nullopt : std::optional(FeatureRecord{"file", features.width(), features_file}),
      .seen = features.count() > 0 ? &features : nullptr,
      .parts = &parts};
  RunRecord run = write_small_set(set, out.path(), log, context);
  out.commit();
  return run;
}

}  // namespace decant
