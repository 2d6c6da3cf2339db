#include "decant/pipeline/evaluate_sets.h"

#include <algorithm>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/statistics.h"
#include "decant/data/rows_view.h"
#include "decant/formats/open.h"
#include "decant/pipeline/neural.h"
#include "decant/pipeline/run_folder.h"
#include "decant/pipeline/run_source.h"
#include "decant/pipeline/train_set.h"
#include "decant/pipeline/write_small_set.h"
#include "decant/select/recipes.h"

namespace decant {
namespace fs = std::filesystem;

void EvaluateOptions::declare(OptionTable& table) {
  Option& a = table.add("full", full, "FULL", "the data set");
  a.positional = a.required = true;
  Option& b = table.add("small", small, "SMALL", "what `decant compress` made of it");
  b.positional = b.required = true;
  table.add("nets", nets, "A,B", "networks: quick, convnet3, lenet, mlp, resnet18, resnet20, vit, …");
  table.add("seeds", seeds, "N", "runs of each; three or more give an interval worth reading");
  declare_training(table, training, epochs, no_flip);
  table.add("hold-out", hold_out, "SHARE", "of the rows, when the data set has no test split");
}

namespace {

std::vector<std::string> split_names(const std::string& list) {
  std::vector<std::string> names;
  size_t begin = 0;
  while (begin <= list.size()) {
    const size_t end = std::min(list.find(',', begin), list.size());
    if (end > begin) names.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

/// What is trained on and judged by, with the held-out rows taken out everywhere.
struct Trial {
  std::shared_ptr<const Rows> small;  ///< the small set's own files, labelled as the full set is
  Subset small_rows;                  ///< rows of `small`
  Subset full_rows;                   ///< rows of the full training split
  std::shared_ptr<const Rows> test;
  std::string note;  ///< what the protocol line adds
};

Subset without(const Subset& rows, const Subset& taken) {
  Subset left;
  std::set_difference(rows.begin(), rows.end(), taken.begin(), taken.end(), std::back_inserter(left));
  return left;
}

/// New number of each of the small set's classes in the full set, by name where both have names.
std::vector<int32_t> relabelling(const Dataset& small, const Input& full) {
  std::vector<int32_t> map;
  for (const std::string& name : small.classes) {
    const auto found = std::find(full.dataset.classes.begin(), full.dataset.classes.end(), name);
    if (found == full.dataset.classes.end()) return {};
    map.push_back(static_cast<int32_t>(found - full.dataset.classes.begin()));
  }
  return map;
}

std::shared_ptr<const Rows> all_of(std::shared_ptr<const Rows> rows, std::vector<int32_t> labels) {
  std::vector<int64_t> every(static_cast<size_t>(rows->size()));
  for (size_t i = 0; i < every.size(); ++i) every[i] = static_cast<int64_t>(i);
  return std::make_shared<RowsView>(std::move(rows), std::move(every), std::move(labels));
}

Subset every_row(const Rows& rows) {
  Subset all(static_cast<size_t>(rows.size()));
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
  return all;
}

std::shared_ptr<const Rows> held_out_split(const Dataset& dataset) {
  for (const Split split : {Split::test, Split::validation}) {
    if (const auto found = dataset.splits.find(split); found != dataset.splits.end()) return found->second;
  }
  return nullptr;
}

/// The readable rows of a held-out split: one bad test picture must not end an evaluation.
std::shared_ptr<const Rows> readable(std::shared_ptr<const Rows> rows, const Context& context) {
  const std::vector<BadRow> bad = find_bad_rows(*rows, Depth::full, context);
  if (bad.empty()) return rows;
  context.warn(fmt::format("{} test rows cannot be read and are left out, {} first: {}", bad.size(), bad.front().key, bad.front().reason));
  Subset taken;
  for (const BadRow& row : bad) taken.push_back(row.row);
  std::vector<int64_t> good = without(every_row(*rows), taken);
  return std::make_shared<RowsView>(std::move(rows), std::move(good));
}

Trial with_test_split(std::shared_ptr<const Rows> test, std::shared_ptr<const Rows> small, const Input& full, const Context& context) {
  Trial trial;
  trial.small_rows = every_row(*small);
  trial.small = std::move(small);
  trial.full_rows = full.usable_rows();
  trial.test = readable(std::move(test), context);
  return trial;
}

/// Takes `share` of the readable rows out of everything. The i-th row of the small set is the i-th of `kept`.
Trial with_held_out_rows(std::shared_ptr<const Rows> small, const Subset& kept, const Input& full, double share, uint64_t seed) {
  if (share <= 0 || share >= 1) throw UsageError("--hold-out must lie between 0 and 1");
  if (small->size() != static_cast<int64_t>(kept.size()))
    throw InputError({full.dataset.root.string(), "",
                      "has no test split, and the small set's samples cannot be told apart from the held-out ones",
                      "Add a test/ folder to the data set"});
  const auto count = static_cast<int64_t>(std::llround(share * static_cast<double>(full.usable_rows().size())));
  const Selection random = select_random(full.rows(), full.labels, full.bad_rows(), true, seed);
  const Subset taken = sample(random, {}, std::max<int64_t>(1, count), seed);
  Trial trial;
  for (size_t i = 0; i < kept.size(); ++i) {
    if (!std::binary_search(taken.begin(), taken.end(), kept[i])) trial.small_rows.push_back(static_cast<int64_t>(i));
  }
  if (trial.small_rows.empty())
    throw InputError({full.dataset.root.string(), "", "holding rows out leaves nothing of the small set", "Lower --hold-out or keep more"});
  trial.small = std::move(small);
  trial.full_rows = without(full.usable_rows(), taken);
  trial.test = std::make_shared<RowsView>(full.dataset.splits.at(Split::train), taken);
  trial.note = fmt::format("; no test split: {} training rows held out of every set", taken.size());
  return trial;
}

/// Class-balanced random rows of the full set, as many as the small set has, drawn anew for every seed.
Subset random_rows(const Input& full, const Trial& trial, uint64_t seed) {
  const Subset left_out = without(every_row(full.dataset.train()), trial.full_rows);
  const Selection random = select_random(full.rows(), full.labels, left_out, true, seed);
  return sample(random, {}, static_cast<int64_t>(trial.small_rows.size()), seed);
}

evaluate::Options protocol(const EvaluateOptions& options, const Trial& trial) {
  evaluate::Options protocol{.nets = split_names(options.nets), .seeds = options.seeds, .training = options.training};
  protocol.training.flip = !options.no_flip;
  if (options.epochs > 0)
    protocol.training.steps = std::max<int64_t>(1, options.epochs * static_cast<int64_t>(trial.full_rows.size()) / options.training.batch);
  return protocol;
}

}  // namespace

evaluate::Evidence evaluate_sets(const EvaluateOptions& options, const Context& context) {
  const RunFolder run = load_run_folder(options.small);
  const Input full = source_of(run, options.full, context);
  if (!full.labelled())
    throw InputError({options.full, "", "has rows without labels, so no classifier can be trained on it", "Evaluate on a labelled set"});
  if (!full.dataset.train().has_images())
    throw InputError({options.full, "", "holds no pictures, and the networks here see pictures", "Evaluate a picture set"});
  const Dataset small = open_dataset((run.path / "data").string(), {}, context);
  const auto small_rows = all_of(small.splits.at(Split::train), relabelling(small, full));

  auto test = held_out_split(full.dataset);
  const bool same_order = run.run.value("output_format", "") == full.dataset.format;
  const Trial trial = test != nullptr
                          ? with_test_split(std::move(test), small_rows, full, context)
                          : with_held_out_rows(small_rows, same_order ? run.kept : Subset(), full, options.hold_out, options.training.seed);

  const std::vector<evaluate::Arm> arms = {
      {"full", &full.dataset.train(), trial.full_rows, [&](uint64_t) { return trial.full_rows; }},
      {"random", &full.dataset.train(), trial.full_rows, [&](uint64_t seed) { return random_rows(full, trial, seed); }},
      {"small", trial.small.get(), trial.small_rows, [&](uint64_t) { return trial.small_rows; }}};
  const auto trainer = [](const train::TrainJob& job, const Context& each) { return neural().train(job, each); };
  evaluate::Evidence evidence = evaluate::evaluate(arms, *trial.test, full.classes, protocol(options, trial), trainer, context);
  evidence.protocol += trial.note;

  const Json document = evaluate::to_json(evidence);
  write_file(run.path / "evidence.json", json_text(document, 2) + "\n");
  write_report(run.path, run.run, &full, run.selection, run.kept, run.map.matrix(), document, context);
  return evidence;
}

std::string evidence_table(const evaluate::Evidence& evidence) {
  std::string table = fmt::format("{:<18} {:<8} {:>9} {:>16}   {}\n", "network", "set", "rows", "accuracy", "against random");
  for (const evaluate::Cell& cell : evidence.cells) {
    const std::string width = std::isfinite(cell.ci95) ? fmt::format("± {:.2f}", 100 * cell.ci95) : "";
    std::string gap;
    if (const evaluate::Cell* random = evidence.find(cell.net, "random"); random != nullptr && cell.set != "random") {
      const Estimate points = difference(cell.accuracy, random->accuracy);
      gap = fmt::format("{:+.2f}", 100 * points.mean);
      if (std::isfinite(points.half_width)) gap += fmt::format(" ± {:.2f}", 100 * points.half_width);
    }
    table +=
        fmt::format("{:<18} {:<8} {:>9} {:>7.2f} % {:>6}   {}\n", cell.net, cell.set, human_count(cell.rows), 100 * cell.mean, width, gap);
  }
  return table + evidence.protocol + "\n";
}

}  // namespace decant
