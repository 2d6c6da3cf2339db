#include "decant/base/json.h"
#include "decant/data/verdict.h"
#include "decant/pipeline/evaluate.h"
#include "decant/pipeline/judging/evidence_table.h"
#include "decant/pipeline/plan_evaluation.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

class Evaluate final : public Verb {
 public:
  std::string name() const override { return "evaluate"; }
  std::string summary() const override { return "proof: networks trained on full, random and chosen sets, side by side"; }
  std::vector<std::string> examples() const override {
    return {"decant evaluate photos/ photos-60 --seeds 3",
            "decant evaluate cifar-10-batches-bin/ --against full,random,bins --keep 5%,10%,30% --nets quick,resnet20 -o judged.json",
            "decant evaluate clip.npy rows.npy --labels y.npy --test clip-test.npy --test-labels y-test.npy"};
  }
  void declare(OptionTable& table) override { options_.declare(table); }
  std::vector<std::string> everyday() const override {
    return {"small", "against", "keep", "nets", "seeds", "protocol", "steps", "test", "hold-out", "labels", "out"};
  }
  std::string run(const Globals& globals, const std::string& command, const Context& context) override {
    if (globals.dry_run) {
      const EvaluationPlan plan = plan_evaluation(options_, context);
      return globals.json ? json_text(to_json(plan), 2) + "\n" : plan_text(plan);
    }
    options_.command = command;
    const Evidence evidence = evaluate_sets(options_, context);
    if (globals.json) {
      std::string lines;
      const Json document = to_json(evidence);
      for (const Json& cell : document["results"]) lines += json_text(cell) + "\n";
      return lines;
    }
    std::string text = evidence_table(evidence) + "\n";
    for (const Verdict& verdict : verdicts(evidence)) text += verdict.text() + "\n";
    return text;
  }

 private:
  EvaluateOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_evaluate() {
  return std::make_unique<Evaluate>();
}

}  // namespace decant::cli
