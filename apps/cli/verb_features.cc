#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/features.h"

#include "apps/cli/dry_run.h"
#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

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
    if (globals.dry_run)
      return dry_run(globals, *this, fmt::format("compute features of {} and write {}", options_.input.path, options_.out.string()),
                     {{"input", options_.input.path}, {"out", options_.out.string()}, {"features", options_.features.features}});
    const FeaturesMade made = make_features(options_, context);
    const FeatureRecord& features = made.features;
    if (globals.json)
      return json_text(Json{{"rows", made.rows},
                            {"columns", features.width},
                            {"kind", features.kind},
                            {"file", features.file},
                            {"reused", features.reused},
                            {"bad_files", made.bad_files},
                            {"seconds", made.seconds},
                            {"peak_rss_bytes", made.peak_rss_bytes}},
                       2) +
             "\n";
    return fmt::format("{}: {} rows of {} numbers ({}) in {}\n", features.file, human_count(made.rows), features.width, features.kind,
                       human_seconds(made.seconds));
  }

 private:
  FeaturesOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_features_verb() {
  return std::make_unique<FeaturesVerb>();
}

}  // namespace decant::cli
