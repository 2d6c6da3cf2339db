#include "decant/evaluate/plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <span>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"

namespace decant::evaluate {
namespace {

constexpr int kFormat = 2;  // goes up when the same judge, options and data give other numbers than before

std::string digest_of_subset(const Subset& rows) {
  return Digest().add(std::as_bytes(std::span(rows))).hex();
}

std::string identity_of(const Run& run, const std::string& rows_digest, const Trial& trial, const Judge& judge,
                        const std::string& numerics) {
  Json identity = {{"run", kFormat},
                   {"data", run.arm->digest},
                   {"rows", rows_digest},
                   {"test", trial.test_digest},
                   {"how", judge.identity(run.net)},
                   {"seed", judge.has_chance() ? Json(run.seed) : Json()},
                   {"numerics", numerics}};
  if (!run.arm->training.empty()) identity["training"] = run.arm->training;
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
    Subset rows = arm.subset(options.first_seed + static_cast<uint64_t>(s));
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

Plan make_plan(const Trial& trial, const Judge& judge, const Options& options, Store* store) {
  if (options.seeds < 1) throw UsageError("--seeds must be at least 1");
  if (options.nets.empty()) throw UsageError("--nets names no network");
  std::vector<Drawn> drawn;
  for (const Arm& arm : trial.arms) drawn.push_back(draw(arm, options));
  const size_t metrics = judge.metrics().size();
  const std::string numerics = judge.numerics();
  Plan plan;
  size_t cell = 0;
  for (const std::string& net : options.nets) {
    for (size_t a = 0; a < trial.arms.size(); ++a, ++cell) {
      for (size_t s = 0; s < static_cast<size_t>(options.seeds); ++s) {
        Run run{cell, s, &trial.arms[a], net, options.first_seed + s, drawn[a].rows[s]};
        run.identity = identity_of(run, drawn[a].digests[s], trial, judge, numerics);
        if (const auto text = store != nullptr ? store->find(run.identity) : std::nullopt) run.result = result_from(*text, metrics);
        plan.runs.push_back(std::move(run));
      }
    }
  }
  return plan;
}

std::string result_text(const Result& result) {
  Json values = Json::array();
  for (const double value : result.values) values.push_back(std::isnan(value) ? Json() : Json(value));
  return json_text({{"values", values}, {"steps", result.steps}, {"seconds", result.seconds}});
}

std::optional<Result> result_from(const std::string& text, size_t metrics) {
  const Json json = try_parse_json(text);
  if (!json.is_object() || !json.contains("values") || !json["values"].is_array() || json["values"].size() != metrics) return std::nullopt;
  std::vector<double> values;
  for (const Json& value : json["values"]) {
    if (!value.is_number() && !value.is_null()) return std::nullopt;
    values.push_back(value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>());
  }
  for (const char* field : {"steps", "seconds"}) {
    if (!json.contains(field) || !json[field].is_number()) return std::nullopt;
  }
  return Result{std::move(values), json["steps"], json["seconds"]};
}

}  // namespace decant::evaluate
