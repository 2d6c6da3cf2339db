#include "decant/pipeline/judging/asked_training.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <vector>

#include "decant/base/errors.h"
#include "decant/pipeline/judging/given_set.h"
#include "decant/pipeline/run/run_folder.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

/// How pictures are seen is the same for all sets, however each is trained: how they are
/// normalised, and whether they may be mirrored. What is done to batches is, where the sets that
/// say so agree: no flip for digits.
SetTraining asked_of_pictures(const EvaluateOptions& options) {
  SetTraining common;
  std::set<std::string> strategies;
  for (const std::string& spec : options.small) {
    const SetTraining own = training_of(spec, options);
    if (const auto said = own.options.find("augment"); said != own.options.end() && said->second != "none" && said->second != "crop-flip") {
      strategies.insert(said->second);
      common.file = own.file;
    }
    for (const char* name : {"no-flip", "normalise"}) {
      const auto said = own.options.find(name);
      if (said == own.options.end()) continue;
      if (!common.options.contains(name)) common.file = own.file;
      if (common.options.emplace(name, said->second).first->second != said->second)
        throw InputError({own.file.string(), fmt::format("training.{}", name),
                          fmt::format("is not that of {}, and the pictures of all sets are seen alike", common.file.string()),
                          fmt::format("Give --{} on the command line", name)});
    }
  }
  if (strategies.size() == 1) common.options["augment"] = *strategies.begin();
  return common;
}

}  // namespace

bool heeds_sets(const EvaluateOptions& options, const Dataset& full) {
  return usual_judge(options, full)->heeds_sets();
}

SetTraining training_of(const std::string& spec, const EvaluateOptions& options) {
  if (is_row_file(spec)) return {};
  return SetTraining{read_run_record(spec).training, fs::path(spec) / "run.json"}.without(options.judge.given);
}

SetTraining asked_training(const EvaluateOptions& options, const Dataset& full) {
  if (heeds_sets(options, full)) return asked_of_pictures(options);
  std::vector<SetTraining> all = {{full.training, full.training_file}};
  for (const std::string& spec : options.small) {
    if (!is_row_file(spec)) all.push_back({read_run_record(spec).training, fs::path(spec) / "run.json"});
  }
  std::erase_if(all, [&](const SetTraining& one) { return one.without(options.judge.given).options.empty(); });
  if (all.empty()) return {};
  for (const SetTraining& other : all) {
    if (other.without(options.judge.given).options != all.front().without(options.judge.given).options)
      throw InputError({other.file.string(), "training",
                        fmt::format("asks for another training than {}, and sets are compared by one", all.front().file.string()),
                        "Give the options that differ on the command line"});
  }
  return all.front();
}

SetTraining sound_training(SetTraining asked) {
  train::TrainOptions training;
  OptionTable table = asked_table(training);
  set_training(asked, table, [&] { train::check(training); });
  return asked;
}

}  // namespace decant
