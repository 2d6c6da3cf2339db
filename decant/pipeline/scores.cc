#include "decant/pipeline/scores.h"

#include <fmt/format.h>

#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/run_log.h"
#include "decant/select/scores/scores.h"
#include "decant/train/dynamics.h"

namespace decant {
namespace fs = std::filesystem;

void ScoresOptions::declare(OptionTable& table) {
  Option& path = table.add("input", input.path, "PATH", "the data set");
  path.positional = path.required = true;
  input.fields.declare_pictures(table);
  table.add("out", out, "FOLDER", "folder of records and scores").required = true;
  proxy.declare(table);
  table.add("seed", seed, "N", "determines weights, order and augmentation");
  table.add("strict", input.strict, "stop at a file that cannot be read");
  declare_fill(input, table);
  table.add("overwrite", overwrite, "replace an existing output").effect = Effect::speed;
}

namespace {

/// The columns of scores, and dynamics.json, which names them.
void write_scores(const Dynamics& dynamics, DynamicsRecord& record, const fs::path& folder, const Context& context) {
  for (const std::string& name : score_names()) {
    const std::vector<double> scores = score_rows(name, dynamics, context);
    write_npy<float>(folder / fmt::format("score-{}.npy", name), std::vector<float>(scores.begin(), scores.end()));
  }
  record.scores = score_names();
  write_file(folder / kDynamicsFile, json_text(to_json(record), 2) + "\n");
}

}  // namespace

ScoresMade make_scores(const ScoresOptions& options, const Context& context) {
  require_sound(options.proxy);
  OutputFolder out(options.out,
                   {.overwrite = options.overwrite, .inputs = with_folders_read({options.input.path}), .why_foreign = why_no_scores});
  RunLog log("");
  const Input input = log.stage("read", [&] { return read_input(options.input, context); });
  DynamicsSet set = log.stage("proxy", [&] { return obtain_dynamics(input, input.grouping(), options.proxy, options.seed, context); });
  for (const std::string_view name : kDynamicNames)
    fs::copy_file(set.folder / fmt::format("{}.npy", name), out.path() / fmt::format("{}.npy", name));
  set.record.command = options.command;
  write_scores(set.dynamics, set.record, out.path(), context);
  out.commit();
  return {set.record, set.reused, options.out};
}

void save_dynamics(const Dynamics& dynamics, DynamicsRecord record, const fs::path& folder, bool overwrite) {
  OutputFolder out(folder, {.overwrite = overwrite, .why_foreign = why_no_scores});
  train::write_dynamics(dynamics, out.path());
  record.rows = dynamics.rows();
  record.epochs = dynamics.epochs();
  record.accuracy = accuracy_of(dynamics);
  write_scores(dynamics, record, out.path(), {});
  out.commit();
}

Json to_json(const ScoresMade& made) {
  Json json = to_json(made.record);
  json["reused"] = made.reused;
  json["out"] = made.out.string();
  return json;
}

}  // namespace decant
