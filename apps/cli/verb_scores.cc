#include <fmt/ranges.h>

#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/scores.h"
#include "decant/select/scores/scores.h"

#include "apps/cli/dry_run.h"
#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

class Scores final : public Verb {
 public:
  std::string name() const override { return "scores"; }
  std::string summary() const override { return "how hard each row was for a small network in training"; }
  std::vector<std::string> examples() const override {
    return {"decant scores cifar-10-batches-bin/ -o scores/", "decant compress photos/ -o small --keep 10% --method dual --scores scores/"};
  }
  void declare(OptionTable& table) override { options_.declare(table); }
  std::string run(const Globals& globals, const std::string& command, const Context& context) override {
    if (globals.dry_run) return planned(globals);
    options_.command = command;
    const Json made = make_scores(options_, context);
    if (globals.json) return json_text(made, 2) + "\n";
    return fmt::format("{}: {} rows watched for {} epochs ({} steps of {}) in {}{}; right in the last epoch: {:.1f} %\nscores: {}\n",
                       options_.out.string(), human_count(made["rows"]), made["epochs"].get<int>(), human_count(made["steps"]),
                       made["net"].get<std::string>(), human_seconds(made["seconds"]), made["reused"].get<bool>() ? ", some time ago" : "",
                       100 * made["accuracy"].back().get<double>(), fmt::join(made["scores"].get<std::vector<std::string>>(), ", "));
  }

 private:
  std::string planned(const Globals& globals) const {
    require_sound(options_.proxy);
    return dry_run(globals, *this,
                   fmt::format("train {} on {} for {} epochs and write what it thought of every row to {}", options_.proxy.net,
                               options_.input.path, options_.proxy.epochs, options_.out.string()),
                   {{"input", options_.input.path},
                    {"out", options_.out.string()},
                    {"net", options_.proxy.net},
                    {"epochs", options_.proxy.epochs},
                    {"scores", score_names()}});
  }

  ScoresOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_scores_verb() {
  return std::make_unique<Scores>();
}

}  // namespace decant::cli
