#include "decant/base/json.h"
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
  bool takes_ranks() const override { return true; }
  std::string run(const Globals& globals, const std::string& command, const Context& context) override {
    if (globals.dry_run) {
      const Json planned = plan(options_, context);
      return globals.json ? json_text(planned, 2) + "\n" : plan_text(planned);
    }
    options_.command = command;
    options_.ranks = globals.ranks;
    const Json run = make_bins(options_, context);
    if (run.is_null()) return "";
    if (globals.json) return json_text(run, 2) + "\n";
    const Json& serves = run["serves"];
    const bool alone = serves.is_array() && serves[0] == serves[1];
    return fmt::format("{}: {} rows ordered in {}\nhow: {}\nnext: decant sample {} --keep {} -o indices.npy\n", options_.out.string(),
                       human_count(run["rows"]), human_seconds(run["seconds"]), run["method_note"].get<std::string>(),
                       options_.out.string(),
                       alone                   ? json_text(serves[0])
                       : options_.keep.empty() ? "20%"
                                               : options_.keep);
  }

 private:
  BinsOptions options_;
};

class FeaturesVerb final : public Verb {
 public:
  std::string name() const override { return "features"; }
  std::string summary() const override { return "features of every picture, as a .npy"; }
  std::vector<std::string> examples() const override {
    return {"decant features photos/ -o photos.npy",
            "decant features cifar-10-batches-bin/ -o r20.npy --features embedding --net resnet20 --weights r20.safetensors"};
  }
  void declare(OptionTable& table) override { options_.declare(table); }
  std::string run(const Globals& globals, const std::string&, const Context& context) override {
    if (globals.dry_run) return fmt::format("would compute features of {} and write {}\n", options_.input.path, options_.out.string());
    const Json made = make_features(options_, context);
    if (globals.json) return json_text(made, 2) + "\n";
    return fmt::format("{}: {} rows of {} numbers ({}) in {}\n", options_.out.string(), human_count(made["rows"]),
                       made["columns"].get<int64_t>(), made["kind"].get<std::string>(), human_seconds(made["seconds"]));
  }

 private:
  FeaturesOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_bins_verb() {
  return std::make_unique<BinsVerb>();
}
std::unique_ptr<Verb> make_features_verb() {
  return std::make_unique<FeaturesVerb>();
}

}  // namespace decant::cli
