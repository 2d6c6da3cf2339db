#include <fmt/ranges.h>

#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/scores.h"
#include "decant/select/scores/scores.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string planned_scores(const ScoresOptions& options, const Call& call) {
  require_sound(options.proxy);
  return dry_run(call, "scores",
                 fmt::format("train {} on {} for {} epochs and write its scores of every row to {}", options.proxy.net, options.input.path,
                             options.proxy.epochs, options.out.string()),
                 {{"input", options.input.path},
                  {"out", options.out.string()},
                  {"net", options.proxy.net},
                  {"epochs", options.proxy.epochs},
                  {"scores", score_names()}});
}

std::string run_scores(ScoresOptions& options, const Call& call) {
  if (call.globals.dry_run) return planned_scores(options, call);
  options.command = call.command;
  const ScoresMade made = make_scores(options, call.context);
  if (call.globals.json) return printed(to_json(made));
  const DynamicsRecord& record = made.record;
  return fmt::format("{}: {} rows observed for {} epochs ({} steps of {}) in {}{}; accuracy in the last epoch: {:.1f} %\nscores: {}\n",
                     options.out.string(), human_count(record.rows), record.epochs, human_count(record.steps), record.net,
                     human_seconds(record.seconds), made.reused ? " (cached)" : "", 100 * record.accuracy.back(),
                     fmt::join(record.scores, ", "));
}

}  // namespace

Verb scores_verb() {
  return with_options<ScoresOptions>({.name = "scores",
                                      .summary = "score how hard each row is for a small network to learn",
                                      .examples = {"decant scores cifar-10-batches-bin/ -o scores/",
                                                   "decant compress photos/ -o small --keep 10% --method dual --scores scores/"}},
                                     run_scores);
}

}  // namespace decant::cli
