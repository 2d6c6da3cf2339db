#include <fmt/ranges.h>
#include <string>
#include <vector>

#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/distill.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

/// "objective 41.2 → 3.07; krr 0.884"; no objective where it was solved in one go.
std::string figures_of(const SyntheticRecord& made) {
  std::vector<std::string> figures;
  if (made.steps > 0) figures.push_back(fmt::format("objective {:.4g} → {:.4g}", made.objective_first, made.objective_last));
  for (const auto& [name, value] : made.measures) figures.push_back(fmt::format("{} {:.4g}", name, value));
  return fmt::format("{}", fmt::join(figures, "; "));
}

std::string run_distill(DistillSetOptions& options, const Call& call) {
  const std::string out = options.out.string();
  if (call.globals.dry_run) {
    const DistillPlan planned = plan_distill(options, call.context);
    return call.globals.json ? printed(to_json(planned)) : plan_text(planned);
  }
  options.command = call.command;
  const RunRecord run = distill_set(options, call.context);
  if (call.globals.json) return printed(to_json(run));
  const SyntheticRecord& made = *run.synthetic;
  return fmt::format("{}: {} pictures for {} ({}), {} steps in {}\n{}\n", out, made.pictures, human_count(run.rows),
                     human_bytes(run.bytes_after), human_count(made.steps), human_seconds(run.seconds), figures_of(made));
}

}  // namespace

Verb distill_verb() {
  return with_options<DistillSetOptions>({.name = "distill",
                                          .summary = "make a few synthetic pictures of each class that teach what the whole set teaches",
                                          .examples = {"decant distill mnist/ -o syn/ --per-class 1",
                                                       "decant distill photos/ -o syn/ --method dsa --per-class 10 --budget 10min",
                                                       "decant distill photos/ -o syn/ --method mtt --dry-run"},
                                          .everyday = {"method", "per-class", "budget", "net", "init", "overwrite"}},
                                         run_distill);
}

}  // namespace decant::cli
