#include "decant/base/json.h"
#include "decant/data/verdict.h"
#include "decant/pipeline/evaluate.h"
#include "decant/pipeline/judging/evidence_table.h"
#include "decant/pipeline/plan_evaluation.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_evaluate(EvaluateOptions& options, const Call& call) {
  if (call.globals.dry_run) {
    const EvaluationPlan plan = plan_evaluation(options, call.context);
    return call.globals.json ? printed(to_json(plan)) : plan_text(plan);
  }
  options.command = call.command;
  const Evidence evidence = evaluate_sets(options, call.context);
  std::string text;
  if (call.globals.json) {
    const Json document = to_json(evidence);
    for (const Json& cell : document["results"]) text += json_for_terminal(json_text(cell)) + "\n";
    return text;
  }
  text = evidence_table(evidence) + "\n";
  for (const Verdict& verdict : verdicts(evidence)) text += verdict.text() + "\n";
  return text;
}

}  // namespace

Verb evaluate_verb() {
  return with_options<EvaluateOptions>(
      {.name = "evaluate",
       .summary = "train on full, random and small sets and compare them",
       .examples =
           {"decant evaluate photos/ photos-60 --seeds 3",
            "decant evaluate cifar-10-batches-bin/ --against full,random,bins --keep 5%,10%,30% --nets quick,resnet20 -o judged.json",
            "decant evaluate clip.npy rows.npy --labels y.npy --test clip-test.npy --test-labels y-test.npy"},
       .everyday = {"small", "against", "keep", "nets", "seeds", "protocol", "steps", "test", "hold-out", "labels", "out"}},
      run_evaluate);
}

}  // namespace decant::cli
