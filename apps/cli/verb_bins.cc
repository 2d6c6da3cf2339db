#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/bins.h"
#include "decant/pipeline/plan.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

class BinsVerb final : public Verb {
 public:
  std::string name() const override { return "bins"; }
  std::string summary() const override { return "bins and order from a matrix of features"; }
  std::vector<std::string> examples() const override {
    return {"decant bins features.npy --labels y.npy -o bins/", "decant bins features.npy --pools kmeans:64 -o bins/",
            "mpirun -n 4 decant bins 'feats-{000..127}.npy' -o bins/", "decant sample bins/ --keep 0.2 -o indices.npy"};
  }
  void declare(OptionTable& table) override { options_.declare(table); }
  std::vector<std::string> everyday() const override {
    return {"labels", "keep", "method", "function", "bins", "pools", "seed", "overwrite"};
  }
  bool takes_ranks() const override { return true; }
  std::string run(const Globals& globals, const std::string& command, const Context& context) override {
    if (globals.dry_run) {
      const PlanEstimate planned = plan(options_, context);
      return globals.json ? json_text(to_json(planned), 2) + "\n" : plan_text(planned);
    }
    options_.command = command;
    options_.ranks = globals.ranks;
    const std::optional<RunRecord> run = make_bins(options_, context);
    if (!run) return "";
    if (globals.json) return json_text(to_json(*run), 2) + "\n";
    const bool alone = run->serves && run->serves->least == run->serves->most;
    return fmt::format("{}: {} rows ordered in {}\nhow: {}\nnext: decant sample {} --keep {} -o indices.npy\n", options_.out.string(),
                       human_count(run->rows), human_seconds(run->seconds), run->method_note, options_.out.string(),
                       alone                   ? std::to_string(run->serves->least)
                       : options_.keep.empty() ? "20%"
                                               : options_.keep);
  }

 private:
  BinsOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_bins_verb() {
  return std::make_unique<BinsVerb>();
}

}  // namespace decant::cli
