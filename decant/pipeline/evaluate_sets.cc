#include "decant/pipeline/evaluate_sets.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/evaluate/forecast.h"
#include "decant/loader/image_table.h"
#include "decant/pipeline/choosing/method_options.h"
#include "decant/pipeline/judging/arms.h"
#include "decant/pipeline/judging/evidence_cache.h"
#include "decant/pipeline/judging/judged_sets.h"
#include "decant/pipeline/run/machine.h"
#include "decant/pipeline/run/neural.h"
#include "decant/pipeline/run/write_small_set.h"
#include "decant/train/linear.h"

namespace decant {
namespace {

using JudgeClock = std::chrono::steady_clock;

double since(JudgeClock::time_point start) {
  return std::chrono::duration<double>(JudgeClock::now() - start).count();
}

/// What computes `linear`; goes up when its numbers change.
constexpr const char* kLinearNumerics = "decant linear 1";

uint64_t first_seed(const EvaluateOptions& options) {
  return settle(evaluate::protocol_named("quick"), options.training, 1).training.seed;
}

evaluate::Protocol protocol_for(const EvaluateOptions& options, bool pictures) {
  if (pictures) return evaluate::protocol_named(options.protocol);
  if (options.protocol != "quick" && options.protocol != train::kLinear)
    throw UsageError(
        fmt::format("--protocol {} is for networks, which see pictures; a matrix has a protocol of its own", options.protocol));
  return evaluate::protocol_named(train::kLinear);
}

std::vector<std::string> nets_for(const EvaluateOptions& options, const evaluate::Protocol& protocol, bool pictures) {
  std::vector<std::string> nets = split_list(options.nets);
  if (nets.empty()) nets.push_back(protocol.net);
  for (const std::string& net : nets) {
    if (pictures && net == train::kLinear)
      throw InputError({options.full, "", "holds pictures, and the net linear sees the rows of a matrix",
                        "Leave linear out of --nets, or evaluate features of them (decant features)"});
    if (!pictures && net != train::kLinear)
      throw InputError({options.full, "", fmt::format("is a matrix, and the net {} sees pictures", net), "Use --nets linear"});
  }
  return nets;
}

/// What --against names, but for the sets that no method chooses.
std::vector<std::string> chosen_by_methods(const EvaluateOptions& options) {
  std::vector<std::string> specs = split_list(options.against);
  std::erase_if(specs, [](const std::string& spec) { return spec == "full" || spec == "random"; });
  return specs;
}

/// Everything that is settled before the first training.
struct Judging {
  JudgedSets sets;
  evaluate::Trial trial;
  evaluate::Options options;
  std::unique_ptr<EvidenceCache> cache;  ///< null with --no-cache
  evaluate::Plan plan;
  double choose_seconds = 0;
};

evaluate::Options options_of(const EvaluateOptions& options, const JudgedSets& sets) {
  const bool pictures = sets.full.dataset.train().pictures() != nullptr;
  const evaluate::Protocol protocol = protocol_for(options, pictures);
  const SettledTraining settled = settle(protocol, options.training, std::ssize(sets.full_rows));
  return {.nets = nets_for(options, protocol, pictures),
          .seeds = options.seeds,
          .training = settled.training,
          .protocol = settled.name,
          .numerics = pictures ? neural().numerics(settled.training.device) : kLinearNumerics,
          .machine = this_machine().text()};
}

/// Fills in what the options ask. Into a place of the caller's: the plan points at the trial, and the trial at the sets.
void prepare(Judging& judging, const EvaluateOptions& options, const Context& context) {
  evaluate::protocol_named(options.protocol);  // wrong names are told before anything is read
  require_known_methods(options);
  if (options.seeds < 1) throw UsageError("--seeds must be at least 1");
  if (const auto folder = options.out.parent_path(); !folder.empty() && !std::filesystem::is_directory(folder))
    throw InputError({options.out.string(), "", "cannot be written: its folder is not there", "Make the folder, or choose another --out"});
  const uint64_t seed = first_seed(options);
  judging.sets = read_judged_sets(options, seed, context);
  const JudgedSets& sets = judging.sets;
  judging.options = options_of(options, sets);
  const JudgeClock::time_point start = JudgeClock::now();
  judging.trial.arms = make_arms(sets, options, seed, context);
  judging.choose_seconds = since(start);
  warn_of_idle(options.select, chosen_by_methods(options), sets.full.dataset.train().pictures() != nullptr, context);
  judging.trial.test = sets.test.get();
  judging.trial.test_digest = sets.test_digest;
  judging.trial.classes = sets.full.classes;
  judging.trial.every_row = std::ssize(sets.full_rows);
  if (sets.full.dataset.train().pictures() != nullptr)
    judging.trial.size = loader::training_size(sets.full.dataset.train(), sets.full_rows, judging.options.training.image_size, context);
  if (!options.no_cache) judging.cache = std::make_unique<EvidenceCache>(cache_folder(options.features.cache) / "evidence");
  judging.plan = evaluate::make_plan(judging.trial, judging.options, judging.cache.get());
}

train::TrainResult train_any(const train::TrainJob& job, const Context& context) {
  return job.options.net == train::kLinear ? train::train_linear(job, {}, context) : neural().train(job, context);
}

void announce(const Judging& judging, const evaluate::Forecast& forecast, const Context& context) {
  if (const int64_t known = judging.plan.known(); known > 0)
    context.info(fmt::format("{} of {} trainings are known already", known, judging.plan.runs.size()));
  if (forecast.trainings > 0) context.info(forecast.text());
}

/// What a small set's folder keeps: itself, as "small", and what it is measured against.
evaluate::Evidence of_one_set(const evaluate::Evidence& all, const GivenSet& set) {
  evaluate::Evidence own = all;
  const int64_t rows = std::ssize(set.subset);
  std::erase_if(own.cells, [&](const evaluate::Cell& cell) {
    return cell.set != "full" && cell.set != set.name && (cell.set != "random" || cell.rows != rows);
  });
  for (evaluate::Cell& cell : own.cells) {
    if (cell.set == set.name) cell.set = "small";
  }
  evaluate::compare(own);
  return own;
}

void write_into(const GivenSet& set, const JudgedSets& sets, const evaluate::Evidence& evidence, const Context& context) {
  const RunFolder& run = *set.folder;
  const Json document = evaluate::to_json(of_one_set(evidence, set));
  write_file(run.path / "evidence.json", json_text(document, 2) + "\n");
  write_report(run.path, run.run, &sets.full, run.selection, run.kept, run.map.matrix(), document, context);
}

Json whole_document(const EvaluateOptions& options, const Judging& judging, const evaluate::Evidence& evidence) {
  const Machine machine = this_machine();
  Json seeds = Json::array();
  for (int s = 0; s < options.seeds; ++s) seeds.push_back(judging.options.training.seed + static_cast<uint64_t>(s));
  Json document = {{"command", options.command},
                   {"date", date_and_time()},
                   {"machine", {{"cores", machine.cores}, {"cpu", machine.cpu}, {"numerics", judging.options.numerics}}},
                   {"input", {{"path", options.full}, {"digest", judging.sets.full.digest}, {"rows", judging.sets.full_rows.size()}}},
                   {"protocol_name", judging.options.protocol},
                   {"seeds", seeds}};
  document.update(evaluate::to_json(evidence));
  return document;
}

}  // namespace

evaluate::Evidence evaluate_sets(const EvaluateOptions& options, const Context& context) {
  const JudgeClock::time_point start = JudgeClock::now();
  Judging judging;
  prepare(judging, options, context);
  evaluate::Store* const store = judging.cache.get();
  const auto forecast =
      evaluate::forecast(judging.plan, judging.trial, judging.options, train_any, store, evaluate::Timing::when_worth_it, context);
  announce(judging, forecast, context);
  evaluate::Evidence evidence = evaluate::evaluate(judging.trial, judging.options, std::move(judging.plan), train_any, store, context);
  evidence.protocol = judging.options.protocol + ": " + evidence.protocol + judging.sets.note;
  evidence.cost.choose_seconds = judging.choose_seconds;
  evidence.cost.wall_seconds = since(start);
  for (const GivenSet& set : judging.sets.given) {
    if (set.folder) write_into(set, judging.sets, evidence, context);
  }
  if (!options.out.empty()) write_file(options.out, json_text(whole_document(options, judging, evidence), 2) + "\n");
  return evidence;
}

Json plan_evaluation(const EvaluateOptions& options, const Context& context) {
  Judging judging;
  prepare(judging, options, context);
  const auto forecast =
      evaluate::forecast(judging.plan, judging.trial, judging.options, train_any, judging.cache.get(), evaluate::Timing::always, context);
  Json sets = Json::array();
  for (size_t arm = 0; arm < judging.trial.arms.size(); ++arm) {
    const auto rows = std::ssize(*judging.plan.runs[arm * static_cast<size_t>(options.seeds)].rows);
    sets.push_back({{"set", judging.trial.arms[arm].name},
                    {"rows", rows},
                    {"keep", static_cast<double>(rows) / static_cast<double>(judging.trial.every_row)}});
  }
  return {{"protocol", judging.options.protocol},
          {"sets", sets},
          {"nets", judging.options.nets},
          {"runs", judging.plan.runs.size()},
          {"known", judging.plan.known()},
          {"trainings", forecast.trainings},
          {"steps", forecast.steps},
          {"side_by_side", forecast.workers},
          {"seconds", forecast.seconds ? Json(*forecast.seconds) : Json()},
          {"test_rows", judging.trial.test->size()},
          {"text", forecast.text()}};
}

std::string evaluation_plan_text(const Json& plan) {
  std::string text;
  for (const Json& set : plan["sets"])
    text += fmt::format("{:<20} {:>9} rows {:>7.3g} %\n", set["set"].get<std::string>(), human_count(set["rows"]),
                        100 * set["keep"].get<double>());
  std::string nets;
  for (const Json& net : plan["nets"]) nets += (nets.empty() ? "" : ", ") + net.get<std::string>();
  text +=
      fmt::format("nets {}; protocol {}; tested on {} rows\n", nets, plan["protocol"].get<std::string>(), human_count(plan["test_rows"]));
  text += fmt::format("{} of {} runs are known already\n", plan["known"].get<int64_t>(), plan["runs"].get<int64_t>());
  return text + (plan["trainings"] == 0 ? "nothing to train\n" : plan["text"].get<std::string>() + "\n");
}

}  // namespace decant
