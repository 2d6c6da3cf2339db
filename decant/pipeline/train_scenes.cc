#include "decant/pipeline/train_scenes.h"

#include "decant/base/errors.h"
#include "decant/evaluate/protocol.h"
#include "decant/formats/open.h"
#include "decant/loader/image_table.h"
#include "decant/pipeline/run/same_objects.h"

namespace decant {
namespace {

/// What was said of the training, on the command line or in fields.
train::SceneOptions scene_options(const TrainNetworkOptions& options, const std::string& net) {
  OptionTexts given = options.given;
  for (const auto& [name, text] : given_options(options.training)) given[name] = text;
  given["net"] = net;
  train::SceneOptions scenes = options.scenes;
  OptionTable table;
  scenes.declare(table);
  for (const auto& [name, text] : given) {
    Option* const option = table.find(name);
    if (option == nullptr) throw UsageError(fmt::format("--{} has no effect on --net {}", name, net));
    option->set(text);
  }
  return scenes;
}

/// The rows to measure on: those of --test, else the set's own; none where there are none.
std::shared_ptr<const Rows> scene_test(const TrainNetworkOptions& options, const Dataset& full, const Context& context) {
  if (options.test.empty()) return tested_split(full);
  const Dataset other = open_dataset(options.test, options.input.fields.to_open({}), context);
  std::shared_ptr<const Rows> rows = tested_split(other);
  if (rows == nullptr) rows = other.splits.at(Split::train);
  require_same_objects(other, *rows, options.test, full, options.input.path);
  return rows;
}

}  // namespace

std::string scene_net(const TrainNetworkOptions& options, const Rows& rows) {
  const bool named = options.given.contains("net") || options.training.net != train::TrainOptions{}.net;
  if (named) return from_module<train::SceneTrainer>().learnt_by(options.training.net) ? options.training.net : "";
  const std::optional<CountedIn> taught = rows.taught();
  if (taught != CountedIn::objects && taught != CountedIn::pixels) return "";
  return evaluate::protocol_named(std::string(rows.modality().protocol_for(taught))).net;
}

NetworkTrained train_scene_net(const TrainNetworkOptions& options, const std::string& net, const Input& input, const Subset& usable,
                               const std::filesystem::path& out, const Context& context) {
  const train::SceneOptions training = scene_options(options, net);
  train::check(training);
  const Dataset& full = input.dataset;
  const loader::Frame frame = loader::frame_for(full.train(), usable, training.image_size, training.stretch, context);
  const auto table_of = [&](const Rows& rows, const Subset& chosen) {
    return std::make_shared<const loader::SceneTable>(rows, chosen.rows(), frame, loader::kKeptBytes, context);
  };
  train::SceneJob job{.options = training,
                      .subset = usable,
                      .classes = input.classes,
                      .table = table_of(full.train(), usable),
                      .test = nullptr,
                      .save_weights = out};
  const std::shared_ptr<const Rows> test = scene_test(options, full, context);
  if (test != nullptr) job.test = table_of(*test, Subset::all(test->size()));
  const train::SceneResult result = from_module<train::SceneTrainer>().train(job, context);
  return {.net = net,
          .rows = std::ssize(usable),
          .steps = result.steps,
          .seconds = result.seconds,
          .loss = result.final_loss,
          .metrics = train::scene_metrics(*full.train().taught(), full.classes),
          .values = result.values,
          .test_rows = test == nullptr ? 0 : test->size(),
          .file = {},
          .training = {}};
}

}  // namespace decant
