#include "decant/pipeline/train.h"

#include <algorithm>
#include <cmath>
#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/data/selection.h"
#include "decant/formats/open.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/train_scenes.h"
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
  scenes.declare(own);
  for (const Option& option : own.options()) {
    if (table.find(option.name) == nullptr) table.add(noted(option, given));
  }
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

/// Throws UsageError where an option is given that is for detectors and segmenters alone.
void refuse_scene_options(const TrainNetworkOptions& options) {
  OptionTable known;
  train::TrainOptions plain;
  plain.declare(known);
  for (const auto& [name, text] : options.given) {
    if (known.find(name) == nullptr)
      throw UsageError(fmt::format("--{} has no effect on --net {}; it is for detectors and segmenters", name, options.training.net));
  }
}

NetworkTrained train_pictures(const TrainNetworkOptions& options, const Input& input, const Subset& usable,
                              const std::filesystem::path& out, const Context& context) {
  refuse_scene_options(options);
  train::TrainJob job{.options = options.training,
                      .rows = &input.dataset.train(),
                      .subset = usable,
                      .classes = input.classes,
                      .test = input.dataset.held_out(),
                      .save_weights = out};
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
  NetworkTrained trained{.net = job.options.net,
                         .rows = std::ssize(usable),
                         .steps = result.steps,
                         .seconds = result.seconds,
                         .loss = result.final_loss,
                         .metrics = {result.metric},
                         .test_rows = result.test_rows,
                         .training = asked.options};
  if (job.test != nullptr) trained.values = {result.value};
  return trained;
}

}  // namespace

NetworkTrained train_network(const TrainNetworkOptions& options, const Context& context) {
  OutputFile out(
      options.out,
      {.overwrite = options.overwrite, .inputs = with_folders_read({options.input.path, options.test}), .why_foreign = why_no_weights});
  const Input input = read_input(options.input, context);
  const Subset usable = input.usable_rows();
  const std::string net = scene_net(options, input.dataset.train());
  NetworkTrained trained = net.empty() ? train_pictures(options, input, usable, out.path(), context)
                                       : train_scene_net(options, net, input, usable, out.path(), context);
  out.commit();
  trained.file = options.out;
  return trained;
}

Json to_json(const NetworkTrained& trained) {
  Json json = {
      {"net", trained.net}, {"rows", trained.rows}, {"steps", trained.steps}, {"seconds", trained.seconds}, {"loss", trained.loss}};
  Json of_class = Json::object();
  for (size_t i = 0; i < trained.metrics.size(); ++i) {
    const Metric& metric = trained.metrics[i];
    const bool known = !trained.values.empty() && std::isfinite(trained.values[i]);
    Json& place = metric.of_class.empty() ? json[json_key_of(metric)] : of_class[metric.of_class];
    place = known ? Json(trained.values[i]) : Json();
  }
  if (!of_class.empty()) json["of_class"] = of_class;
  json["test_rows"] = trained.test_rows;
  json["file"] = trained.file.string();
  if (!trained.training.empty()) json["training"] = trained.training;
  return json;
}

}  // namespace decant
