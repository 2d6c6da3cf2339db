#include "decant/pipeline/trial.h"

#include <fmt/ranges.h>
#include <optional>
#include <set>

#include "decant/base/cache.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/base/text.h"
#include "decant/base/version.h"
#include "decant/pipeline/compressing/compressors.h"
#include "decant/pipeline/judging/chosen_judge.h"
#include "decant/pipeline/judging/evaluate_options.h"
#include "decant/pipeline/judging/evidence_cache.h"
#include "decant/pipeline/judging/test_rows.h"
#include "decant/pipeline/labelling/labelling.h"
#include "decant/pipeline/run/machine.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/run_log.h"
#include "decant/report/trial_page.h"

namespace decant {

void TrialSettings::declare(OptionTable& table) {
  for (const std::string& name : trials::trial_names()) {
    scratch_.push_back(trials::make_trial(name, {}));
    OptionTable own;
    scratch_.back()->declare(own);
    for (const Option& option : own.options()) {
      if (table.find(option.name) != nullptr) continue;  // one name, one meaning
      Option once = noted(option, given);
      once.default_text.clear();  // another in every trial
      table.add(std::move(once));
    }
  }
}

void TrialOptions::declare(OptionTable& table) {
  Option& name = table.add("trial", trial, "TRIAL", fmt::format("{}", fmt::join(trials::trial_names(), ", ")));
  name.positional = name.required = true;
  Option& path = table.add("input", input.path, "PATH", "the data set");
  path.positional = path.required = true;
  input.fields.declare_pictures(table);
  table.add("with", with, "SPECS",
            "what makes small sets, between commas: random, herding+quality=50, dm; default: the trial's usual ones");
  table.add("seeds", seeds, "N", "runs of each; 0 = as many as the trial usually has");
  table.add("first-seed", seed, "N", "of the first run; determines every random choice");
  table.add("test", test, "PATH", "data set to test on");
  table.add_share("hold-out", hold_out, "SHARE", "held out for testing when the data set has no test split");
  settings.declare(table);
  teacher.declare(table);
  table.add("cache", cache, "DIR", "of what is finished; default: ~/.cache/decant").effect = Effect::speed;
  table.add("no-cache", no_cache, "keep nothing, and run all of it anew").effect = Effect::speed;
  table.add("out", out, "FILE", "everything that was measured, as JSON");
  table.add("page", page, "FILE", "the same as a page to look at, HTML");
  table.add("overwrite", overwrite, "replace an existing output").effect = Effect::speed;
}

namespace {

/// The trials that have such an option, between commas.
std::string trials_with(const std::string& option) {
  std::vector<std::string> names;
  for (const std::string& name : trials::trial_names()) {
    OptionTable table;
    const auto trial = trials::make_trial(name, {});
    trial->declare(table);
    if (table.find(option) != nullptr) names.push_back(name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Sets what was given, and refuses what belongs to other trials.
void set_settings(trials::Trial& trial, const OptionTexts& given) {
  OptionTable table;
  trial.declare(table);
  for (const auto& [name, text] : given) {
    Option* const option = table.find(name);
    if (option == nullptr)
      throw UsageError(fmt::format("--{} has no effect on the trial {}, but on {}; leave it out", name, trial.name(), trials_with(name)));
    option->set(text);
  }
}

EvaluateOptions to_find_test_rows(const TrialOptions& options) {
  EvaluateOptions judging;
  judging.full = options.input.path;
  judging.test = options.test;
  judging.hold_out = options.hold_out;
  judging.seed = options.seed;
  judging.fields = options.input.fields;
  judging.protocol = "quick";  // pictures with a class each
  return judging;
}

/// Everything that is settled before the first stage.
struct Prepared {
  Input input;
  trials::Source source;
  std::unique_ptr<trials::Trial> trial;
  std::vector<trials::Arm> arms;
  trials::RunOptions options;
  std::unique_ptr<EvidenceCache> store;  ///< null with --no-cache
};

trials::Source trial_source(const Input& input, const JudgedTest& test) {
  trials::Source source{.rows = input.dataset.splits.at(Split::train),
                        .usable = input.usable_rows().without(test.held_out),
                        .classes = input.classes,
                        .class_names = input.dataset.classes,
                        .digest = input.digest,
                        .test = test.rows,
                        .test_digest = test.digest};
  if (source.usable.empty()) throw InputError({"", "", "no row is left to make small sets of", "Lower --hold-out"});
  return source;
}

std::vector<std::shared_ptr<const trials::Compressor>> compressors_of(const TrialOptions& options, const trials::Trial& trial) {
  CompressorOptions common;
  common.features.cache = options.cache;
  common.teacher = options.teacher;
  common.teacher_trainer = [] { return module_teacher_trainer("cpu"); };
  for (const distill::MethodFacts& method : from_module<distill::Distiller>().methods()) common.distillers.push_back(method.name);
  common.distill = [](const distill::DistillJob& job, const Context& context) {
    return from_module<distill::Distiller>().distill(job, context);
  };
  std::vector<std::shared_ptr<const trials::Compressor>> compressors;
  for (const std::string& spec : split_list(options.with.empty() ? trial.usual_arms() : options.with))
    compressors.push_back(make_compressor(spec, common));
  return compressors;
}

Prepared prepare_trial(const TrialOptions& options, const Context& context) {
  Prepared prepared{.trial = trials::make_trial(options.trial, neural_tools())};
  if (options.seeds < 0) throw UsageError("--seeds must be at least 1");
  set_settings(*prepared.trial, options.settings.given);
  prepared.arms = trials::arms_of(*prepared.trial, compressors_of(options, *prepared.trial));
  prepared.input = read_input(options.input, context);
  const Rows& train = prepared.input.dataset.train();
  require_pictures(train, options.input.path);
  if (!prepared.input.labelled()) throw InputError({options.input.path, "", why_no_classifier(train), "Try it on a labelled set"});
  const JudgedTest test = find_test_rows(prepared.input, to_find_test_rows(options), context);
  prepared.source = trial_source(prepared.input, test);
  prepared.trial->settle(prepared.source, options.settings.given, context);
  prepared.options = {.seeds = options.seeds == 0 ? prepared.trial->usual_seeds() : options.seeds,
                      .first_seed = options.seed,
                      .machine = this_machine().text()};
  if (!options.no_cache) prepared.store = std::make_unique<EvidenceCache>(Cache(options.cache, context));
  return prepared;
}

}  // namespace

namespace {

std::optional<OutputFile> output_at(const std::filesystem::path& path, const TrialOptions& options,
                                    std::string (*why_foreign)(const std::filesystem::path&)) {
  if (path.empty()) return std::nullopt;
  return std::optional<OutputFile>(std::in_place, path,
                                   OutputOptions{.overwrite = options.overwrite,
                                                 .inputs = with_folders_read({options.input.path, options.test}, options.input.fields),
                                                 .why_foreign = why_foreign});
}

void write_to(OutputFile& out, const std::string& text) {
  write_file(out.path(), text);
  out.commit();
}

Json whole_trial(const TrialOptions& options, const Prepared& prepared, const TrialRecord& record) {
  const Machine machine = this_machine();
  Json document = {{"command", options.command},
                   {"date", date_and_time()},
                   {"machine", {{"cores", machine.cores}, {"cpu", machine.cpu}, {"numerics", prepared.trial->numerics()}}},
                   {"input", {{"path", options.input.path}, {"digest", prepared.input.digest}, {"rows", prepared.source.usable.size()}}}};
  document.update(to_json(record));
  return document;
}

}  // namespace

TrialRecord run_trial(const TrialOptions& options, const Context& context) {
  std::optional<OutputFile> out = output_at(options.out, options, why_no_trial);
  std::optional<OutputFile> page = output_at(options.page, options, why_no_trial_page);
  RunLog log({});
  const Prepared prepared = log.stage("prepare", [&] { return prepare_trial(options, context); });
  TrialRecord record = log.stage("run", [&] {
    return trials::run_trial(*prepared.trial, prepared.source, prepared.arms, prepared.options, prepared.store.get(), context);
  });
  record.seconds = log.seconds();
  record.peak_rss_bytes = log.peak_rss_bytes();
  if (out) write_to(*out, json_text(whole_trial(options, prepared, record), 2) + "\n");
  if (page)
    write_to(*page, report::render_trial({.record = record,
                                          .name = options.input.path,
                                          .question = prepared.trial->question(),
                                          .command = options.command,
                                          .version = kVersion}));
  return record;
}

TrialPlan plan_trial(const TrialOptions& options, const Context& context) {
  const Prepared prepared = prepare_trial(options, context);
  TrialPlan plan{.trial = options.trial, .seeds = prepared.options.seeds, .protocol = prepared.trial->in_words()};
  for (const trials::Arm& arm : prepared.arms) plan.arms.push_back(arm.name);
  plan.forecast = trials::forecast(*prepared.trial, prepared.source, prepared.arms, prepared.options, prepared.store.get(), context);
  return plan;
}

Json to_json(const TrialPlan& plan) {
  return {{"verb", "trial"},
          {"trial", plan.trial},
          {"sets", plan.arms},
          {"seeds", plan.seeds},
          {"protocol", plan.protocol},
          {"stages", plan.forecast.stages},
          {"training_steps", plan.forecast.training_steps},
          {"stages_kept", plan.forecast.kept},
          {"seconds", plan.forecast.seconds ? Json(*plan.forecast.seconds) : Json()}};
}

std::string plan_text(const TrialPlan& plan) {
  const trials::Forecast& forecast = plan.forecast;
  const std::string kept = forecast.kept > 0 ? fmt::format("; {} more are kept of an earlier run", human_count(forecast.kept)) : "";
  const std::string time = forecast.stages == 0 ? "none: every stage is kept"
                           : forecast.seconds   ? "about " + human_seconds(*forecast.seconds) + ", by the pace of an earlier trial"
                                                : "not known: no trial of such a network has run on this machine";
  return fmt::format("trial     {}, {} seed{}: {}\nruns      {}\nsteps     {} in {} stage{}{}\ntime      {}\n", plan.trial, plan.seeds,
                     plan.seeds == 1 ? "" : "s", plan.protocol, fmt::join(plan.arms, ", "),
                     human_count(static_cast<int64_t>(forecast.training_steps)), human_count(forecast.stages),
                     forecast.stages == 1 ? "" : "s", kept, time);
}

}  // namespace decant
