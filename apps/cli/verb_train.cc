#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/train.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_train(TrainNetworkOptions& options, const Call& call) {
  const std::string out = options.out.string();
  if (call.globals.dry_run)
    return dry_run(call, "train", fmt::format("train {} on {} and write {}", options.training.net, options.input.path, out),
                   {{"input", options.input.path}, {"net", options.training.net}, {"out", out}});
  const NetworkTrained trained = train_network(options, call.context);
  if (call.globals.json) return printed(to_json(trained));
  std::string text = fmt::format("{}: {} steps on {} rows in {}, loss {:.3f}\n", out, human_count(trained.steps), human_count(trained.rows),
                                 human_seconds(trained.seconds), trained.loss);
  for (size_t i = 0; i < trained.values.size(); ++i) {
    const Metric& metric = trained.metrics[i];
    if (metric.of_class.empty())
      text += fmt::format("{} on {} test rows: {:.2f} {}\n", metric.title, human_count(trained.test_rows), metric.scale * trained.values[i],
                          metric.unit);
  }
  return text;
}

}  // namespace

Verb train_verb() {
  return with_options<TrainNetworkOptions>(
      {.name = "train",
       .summary = "train one network on a data set or a small set and save its weights",
       .examples = {"decant train photos-60 --test photos/ --net resnet18 --epochs 20 -o r18.safetensors",
                    "decant train photos/ --net mae --epochs 20 -o mae.safetensors",
                    "decant train aquarium/ --steps 3000 -o detector.safetensors"}},
      run_train);
}

}  // namespace decant::cli
