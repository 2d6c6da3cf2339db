#include "decant/base/json.h"
#include "decant/pipeline/trial.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_trial_verb(TrialOptions& options, const Call& call) {
  if (call.globals.dry_run) {
    const TrialPlan plan = plan_trial(options, call.context);
    return call.globals.json ? printed(to_json(plan)) : plan_text(plan);
  }
  options.command = call.command;
  const TrialRecord record = run_trial(options, call.context);
  return call.globals.json ? printed(to_json(record)) : table_of(record);
}

}  // namespace

Verb trial_verb() {
  return with_options<TrialOptions>(
      {.name = "trial",
       .summary = "try small sets at what they are for: continual and federated learning, search, membership",
       .examples = {"decant trial continual mnist/ -o continual.json --page continual.html",
                    "decant trial federated fashion-mnist/ --alpha 0.1 --with random,dm,dm+pictures=first",
                    "decant trial search cifar-10-batches-bin/ --networks 40", "decant trial membership fashion-mnist/ --networks 64"},
       .everyday = {"with", "seeds", "tasks", "memory", "after-task", "clients", "alpha", "rounds", "networks", "rows", "per-class", "out",
                    "page", "overwrite"}},
      run_trial_verb);
}

}  // namespace decant::cli
