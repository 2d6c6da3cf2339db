#include "decant/evaluate/plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/train/linear.h"

namespace decant::evaluate {
namespace {

constexpr int kFormat = 1;  // goes up when the same options train otherwise than before

Json options_json(const train::TrainOptions& t) {
  return {{"steps", t.steps},
          {"batch", t.batch},
          {"optimizer", t.optimizer},
          {"learning_rate", t.learning_rate},
          {"momentum", t.momentum},
          {"weight_decay", t.weight_decay},
          {"schedule", t.schedule},
          {"warmup", t.warmup},
          {"label_smoothing", t.label_smoothing},
          {"crop", t.crop},
          {"flip", t.flip},
          {"device", t.device}};
}

Json how_json(const Options& options, const std::string& net, uint64_t seed) {
  if (net == train::kLinear) return {{"net", net}, {"penalty", options.training.weight_decay}};
  Json how = {{"net", net}, {"seed", seed}};
  how.update(options_json(options.training));
  return how;
}

std::string digest_of_subset(const Subset& rows) {
  return Digest().add(std::as_bytes(std::span(rows))).hex();
}

std::string identity_of(const Run& run, const std::string& rows_digest, const Trial& trial, const Options& options) {
  const Json identity = {{"run", kFormat},
                         {"data", run.arm->digest},
                         {"rows", rows_digest},
                         {"test", trial.test_digest},
                         {"classes", trial.classes},
                         {"size", {trial.size.width, trial.size.height, trial.size.channels}},
                         {"how", how_json(options, run.net, run.seed)},
                         {"numerics", options.numerics}};
  return json_text(identity);
}

/// An arm's rows for each seed, with their digest; equal ones are one object.
struct Drawn {
  std::vector<std::shared_ptr<const Subset>> rows;
  std::vector<std::string> digests;
};

Drawn draw(const Arm& arm, const Options& options) {
  Drawn drawn;
  for (int s = 0; s < options.seeds; ++s) {
    Subset rows = arm.subset(options.training.seed + static_cast<uint64_t>(s));
    if (rows.empty()) throw InputError({"", arm.name, "has no rows to train on", "Keep more rows"});
    if (!drawn.rows.empty() && *drawn.rows.back() == rows) {
      drawn.rows.push_back(drawn.rows.back());
      drawn.digests.push_back(drawn.digests.back());
    } else {
      drawn.digests.push_back(digest_of_subset(rows));
      drawn.rows.push_back(std::make_shared<const Subset>(std::move(rows)));
    }
  }
  return drawn;
}

}  // namespace

int64_t Plan::known() const {
  return std::ranges::count_if(runs, [](const Run& run) { return run.result.has_value(); });
}

std::vector<size_t> Plan::pending() const {
  std::vector<size_t> pending;
  std::set<std::string> seen;
  for (size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i].result && seen.insert(runs[i].identity).second) pending.push_back(i);
  }
  return pending;
}

Plan make_plan(const Trial& trial, const Options& options, Store* store) {
  if (options.seeds < 1) throw UsageError("--seeds must be at least 1");
  if (options.nets.empty()) throw UsageError("--nets names no network");
  train::check(options.training);
  std::vector<Drawn> drawn;
  for (const Arm& arm : trial.arms) drawn.push_back(draw(arm, options));
  Plan plan;
  size_t cell = 0;
  for (const std::string& net : options.nets) {
    for (size_t a = 0; a < trial.arms.size(); ++a, ++cell) {
      for (size_t s = 0; s < static_cast<size_t>(options.seeds); ++s) {
        Run run{cell, s, &trial.arms[a], net, options.training.seed + s, drawn[a].rows[s]};
        run.identity = identity_of(run, drawn[a].digests[s], trial, options);
        if (const auto text = store != nullptr ? store->find(run.identity) : std::nullopt) run.result = result_from(*text);
        plan.runs.push_back(std::move(run));
      }
    }
  }
  return plan;
}

std::string result_text(const RunResult& result) {
  return json_text({{"accuracy", result.accuracy},
                    {"loss", result.loss},
                    {"steps", result.steps},
                    {"test_rows", result.test_rows},
                    {"seconds", result.seconds}});
}

std::optional<RunResult> result_from(const std::string& text) {
  const Json json = try_parse_json(text);
  if (!json.is_object()) return std::nullopt;
  for (const char* field : {"accuracy", "loss", "steps", "test_rows", "seconds"}) {
    if (!json.contains(field) || !json[field].is_number()) return std::nullopt;
  }
  return RunResult{json["accuracy"], json["loss"], json["steps"], json["test_rows"], json["seconds"]};
}

}  // namespace decant::evaluate
