#include "decant/pipeline/train.h"

#include <algorithm>
#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/data/selection.h"
#include "decant/formats/open.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/train/trainer.h"

namespace decant {

void TrainNetworkOptions::declare(OptionTable& table) {
  Option& path = table.add("input", input.path, "PATH", "a data set, or a small set that `decant compress` wrote");
  path.positional = path.required = true;
  input.fields.declare_pictures(table);
  table.add("out", out, "FILE.safetensors", "file of the weights").required = true;
  table.add("test", test, "PATH", "data set to test on, if the input has no test split");
  OptionTable own;
  training.declare(own);
  for (const Option& option : own.options()) table.add(noted(option, given));
  declare_fill(input, table);
  table.add("overwrite", overwrite, "replace an existing file").effect = Effect::speed;
}

namespace {

/// What was said of `training`, on the command line or in its fields.
OptionTexts given_training(const TrainNetworkOptions& options) {
  OptionTexts given = options.given;
  for (const auto& [name, text] : given_options(options.training)) given[name] = text;
  return given;
}

/// What the data set asks for and nobody gave. Set in `training`.
SetTraining take_training(const Dataset& dataset, const TrainNetworkOptions& options, train::TrainOptions& training) {
  const SetTraining asked = SetTraining{dataset.training, dataset.training_file}.without(given_training(options));
  OptionTable table = asked_table(training);
  set_training(asked, table, [&] { train::check(training); });
  return asked;
}

/// What the net is usually trained with, where neither the user nor the set says otherwise.
void take_usual(const train::NetFacts& facts, const OptionTexts& said, train::TrainOptions& training, const Context& context) {
  OptionTable table;
  training.declare(table);
  const std::vector<std::string> changed = set_texts(SetTraining{facts.usual}.without(said).options, table);
  if (!changed.empty()) context.info(fmt::format("trained as {} usually is: {}", training.net, fmt::join(changed, ", ")));
}

/// Older than metrics have names.
std::string json_key_of(const Metric& metric) {
  return metric == top_1() ? "accuracy" : metric.name;
}

}  // namespace

NetworkTrained train_network(const TrainNetworkOptions& options, const Context& context) {
  OutputFile out(
      options.out,
      {.overwrite = options.overwrite, .inputs = with_folders_read({options.input.path, options.test}), .why_foreign = why_no_weights});
  const Input input = read_input(options.input, context);
  const Subset usable = input.usable_rows();
  train::TrainJob job{.options = options.training,
                      .rows = &input.dataset.train(),
                      .subset = usable,
                      .classes = input.classes,
                      .test = input.dataset.held_out(),
                      .save_weights = out.path()};
  train::check(job.options);
  const SetTraining asked = take_training(input.dataset, options, job.options);
  const train::NetFacts facts = from_module<train::Trainer>().facts(job.options.net);
  if (facts.tells_classes && !input.labelled())
    throw InputError({options.input.path, "", why_no_classifier(input.dataset.train()),
                      "Train on a labelled set, or a network that needs none (--net mae)"});
  announce_training(asked, context);
  OptionTexts said = given_training(options);
  said.insert(asked.options.begin(), asked.options.end());
  take_usual(facts, said, job.options, context);
  Dataset other;
  if (!options.test.empty()) {
    other = open_dataset(options.test, {}, context);
    job.test = other.held_out() != nullptr ? other.held_out() : &other.train();
    job.classes = std::max(job.classes, class_count(other));
  }
  if (!facts.tells_classes) job.classes = 0;
  const train::TrainResult result = from_module<train::Trainer>().train(job, context);
  out.commit();
  return {job.options.net, std::ssize(usable), result, job.test != nullptr, options.out, asked.options};
}

Json to_json(const NetworkTrained& trained) {
  const train::TrainResult& result = trained.result;
  Json json = {{"net", trained.net},
               {"rows", trained.rows},
               {"steps", result.steps},
               {"seconds", result.seconds},
               {"loss", result.final_loss},
               {json_key_of(result.metric), trained.tested ? Json(result.value) : Json()},
               {"test_rows", result.test_rows},
               {"file", trained.file.string()}};
  if (!trained.training.empty()) json["training"] = trained.training;
  return json;
}

}  // namespace decant
