#include "decant/pipeline/evaluate.h"

#include <algorithm>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/base/stopwatch.h"
#include "decant/evaluate/forecast.h"
#include "decant/pipeline/judging/arms.h"
#include "decant/pipeline/judging/evidence_cache.h"
#include "decant/pipeline/judging/judged_sets.h"
#include "decant/pipeline/run/machine.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/run_source.h"
#include "decant/pipeline/run/synthetic_folder.h"
#include "decant/pipeline/run/write_small_set.h"

namespace decant {
namespace {

std::vector<std::string> inputs_of(const EvaluateOptions& options) {
  std::vector<std::string> inputs = files_named(options.select, options.features);
  inputs.insert(inputs.end(), options.small.begin(), options.small.end());
  inputs.insert(inputs.end(), {options.full, options.labels.string(), options.test, options.test_labels.string()});
  return with_folders_read(std::move(inputs));
}

/// Everything that is settled before the first training.
struct Judging {
  JudgedSets sets;
  std::unique_ptr<evaluate::Judge> judge;
  evaluate::Trial trial;
  evaluate::Options options;
  std::unique_ptr<EvidenceCache> cache;  ///< null with --no-cache
  evaluate::Plan plan;
  double choose_seconds = 0;
};

void settle_judge(Judging& judging, const EvaluateOptions& options, const Context& context) {
  const JudgedSets& sets = judging.sets;
  const Rows& full = sets.full.dataset.train();
  ChosenJudge chosen = choose_judge(options, full.modality(), neural_tools(), sets.training, full.taught());
  announce_training(sets.training.without(options.judge.given), context);
  judging.judge = std::move(chosen.judge);
  judging.judge->settle({.rows = &full,
                         .some = sets.full_rows,
                         .trainable = std::ssize(sets.full_rows),
                         .test_rows = sets.test.rows->size(),
                         .classes = sets.full.classes,
                         .class_names = sets.full.dataset.classes,
                         .digest = sets.full.digest},
                        context);
  judging.options = {.nets = chosen.nets,
                     .seeds = options.seeds,
                     .first_seed = options.seed,
                     .protocol = chosen.protocol,
                     .nature = chosen.nature,
                     .machine = this_machine().text()};
}

/// Fills in what the options ask. Into a place of the caller's: the plan points at the trial, and
/// the trial at the sets.
void prepare(Judging& judging, const EvaluateOptions& options, const Context& context) {
  require_sound(options);  // wrong names are reported before anything is read
  judging.sets = read_judged_sets(options, context);
  const JudgedSets& sets = judging.sets;
  settle_judge(judging, options, context);
  const Stopwatch choosing;
  judging.trial = {
      .arms = make_arms(sets, options, {judging.judge->picture_side(), judging.judge->steps(), judging.judge->views()}, context),
      .test = sets.test.rows.get(),
      .test_digest = sets.test.digest,
      .every_row = std::ssize(sets.full_rows)};
  judging.choose_seconds = choosing.seconds();
  warn_of_idle(options.select, methods_against(options), sets.full.dataset.train().pictures() != nullptr, context);
  if (!options.no_cache) judging.cache = std::make_unique<EvidenceCache>(Cache(options.features.cache, context));
  judging.plan = evaluate::make_plan(judging.trial, *judging.judge, judging.options, judging.cache.get());
}

void announce(const Judging& judging, const evaluate::Forecast& forecast, const Context& context) {
  if (const int64_t known = judging.plan.known(); known > 0)
    context.info(fmt::format("{} of {} training results are cached", known, judging.plan.runs.size()));
  if (forecast.trainings > 0) context.info(forecast.text());
}

/// What a synthetic set's folder keeps: itself, as "small", and all that is no other given set's.
Evidence of_synthetic_set(const Evidence& all, const GivenSet& set, const std::vector<GivenSet>& given) {
  Evidence own = all;
  std::erase_if(own.cells, [&](const Evidence::Cell& cell) {
    return cell.set != set.name && std::ranges::find(given, cell.set, &GivenSet::name) != given.end();
  });
  for (Evidence::Cell& cell : own.cells) {
    if (cell.set == set.name) cell.set = "small";
  }
  compare(own);
  return own;
}

/// What a small set's folder keeps: itself, as "small", and what it is measured against: full,
/// random rows of its number or its bytes, and every set that was matched by bytes but for other
/// small sets.
Evidence of_one_set(const Evidence& all, const GivenSet& set, const JudgedSets& sets) {
  Evidence own = all;
  const auto itself = std::ranges::find(all.cells, set.name, &Evidence::Cell::set);
  DECANT_CHECK(itself != all.cells.end(), ==, true);
  std::erase_if(own.cells, [&, budget = itself->budget](const Evidence::Cell& cell) {
    if (cell.set == "full" || cell.set == set.name || (cell.set == "random" && cell.budget == budget)) return false;
    const bool of_another =
        std::ranges::any_of(sets.given, [&](const GivenSet& other) { return other.name != set.name && cell.set == other.name; });
    return cell.budget.unit != Budget::Unit::bytes || of_another;
  });
  for (Evidence::Cell& cell : own.cells) {
    if (cell.set == set.name) cell.set = "small";
  }
  compare(own);
  return own;
}

void write_into(const GivenSet& set, const JudgedSets& sets, const Evidence& evidence, const Context& context) {
  const RunFolder& run = *set.folder;
  const Evidence own = of_one_set(evidence, set, sets);
  write_file(run.path / "evidence.json", json_text(to_json(own), 2) + "\n");
  const auto reduced = reduced_pictures(run, context);
  write_report(run.path, run.run, &sets.full, reduced.get(), run.selection, run.kept, run.map.matrix(), &own, context);
}

void write_into_synthetic(const GivenSet& set, const Evidence& own, const Context& context) {
  const std::filesystem::path folder = set.spec;
  write_file(folder / "evidence.json", json_text(to_json(own), 2) + "\n");
  const RunRecord run = read_run_record(folder);
  if (run.synthetic) write_synthetic_report(folder, run, &own, context);
}

Json whole_document(const EvaluateOptions& options, const Judging& judging, const Evidence& evidence) {
  const Machine machine = this_machine();
  Json seeds = Json::array();
  for (int s = 0; s < options.seeds; ++s) seeds.push_back(options.seed + static_cast<uint64_t>(s));
  Json document = {{"command", options.command},
                   {"date", date_and_time()},
                   {"machine", {{"cores", machine.cores}, {"cpu", machine.cpu}, {"numerics", judging.judge->numerics()}}},
                   {"input", {{"path", options.full}, {"digest", judging.sets.full.digest}, {"rows", judging.sets.full_rows.size()}}},
                   {"protocol_name", judging.options.protocol},
                   {"seeds", seeds}};
  if (const SetTraining asked = judging.sets.training.without(options.judge.given); !asked.options.empty())
    document["training"] = asked.options;
  document.update(to_json(evidence));
  return document;
}

}  // namespace

Evidence evaluate_sets(const EvaluateOptions& options, const Context& context) {
  const Stopwatch all;
  std::optional<OutputFile> out;
  if (!options.out.empty())
    out.emplace(options.out, OutputOptions{.overwrite = options.overwrite, .inputs = inputs_of(options), .why_foreign = why_no_evidence});
  Judging judging;
  prepare(judging, options, context);
  for (const GivenSet& set : judging.sets.given) {
    if (set.folder || set.synthetic) require_own_pages(set.spec);
  }
  evaluate::Store* const store = judging.cache.get();
  const auto forecast = evaluate::forecast(judging.plan, *judging.judge, judging.options, store, evaluate::Timing::when_worth_it, context);
  announce(judging, forecast, context);
  Evidence evidence = evaluate::evaluate(judging.trial, *judging.judge, judging.options, std::move(judging.plan), store, context);
  const std::string& nature = judging.options.nature;
  evidence.protocol = judging.options.protocol + (nature.empty() ? "" : ", " + nature) + ": " + evidence.protocol + judging.sets.test.note;
  evidence.test = judging.sets.test.name;
  evidence.test_left_out = judging.sets.test.left_out;
  evidence.full_accuracy = options.full_accuracy;
  evidence.cost.choose_seconds = judging.choose_seconds;
  evidence.cost.wall_seconds = all.seconds();
  for (const GivenSet& set : judging.sets.given) {
    if (set.folder) write_into(set, judging.sets, evidence, context);
    if (set.synthetic) write_into_synthetic(set, of_synthetic_set(evidence, set, judging.sets.given), context);
  }
  if (out) {
    write_file(out->path(), json_text(whole_document(options, judging, evidence), 2) + "\n");
    out->commit();
  }
  return evidence;
}

}  // namespace decant
