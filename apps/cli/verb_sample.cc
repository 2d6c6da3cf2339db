#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/sample.h"

#include "apps/cli/dry_run.h"
#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

class Sample final : public Verb {
 public:
  std::string name() const override { return "sample"; }
  std::string summary() const override { return "another keep ratio from a run that is already there"; }
  std::vector<std::string> examples() const override {
    return {"decant sample photos-60 --keep 30% -o photos-30", "decant sample bins/ --keep 0.2 -o indices.npy"};
  }
  void declare(OptionTable& table) override { options_.declare(table); }
  std::string run(const Globals& globals, const std::string& command, const Context& context) override {
    if (globals.dry_run)
      return dry_run(globals, *this,
                     fmt::format("sample {} of {} and write {}", options_.keep, options_.run.string(), options_.out.string()),
                     {{"run", options_.run.string()}, {"keep", options_.keep}, {"out", options_.out.string()}});
    options_.command = command;
    const RunRecord run = sample_run(options_, context);
    if (globals.json && options_.out.extension() == ".npy")
      return json_text(Json{{"rows", run.rows}, {"kept", *run.kept}, {"file", options_.out.string()}, {"seed", run.seed}}, 2) + "\n";
    if (globals.json) return json_text(to_json(run), 2) + "\n";
    return fmt::format("{}: {} of {} rows\n", options_.out.string(), human_count(*run.kept), human_count(run.rows));
  }

 private:
  SampleOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_sample() {
  return std::make_unique<Sample>();
}

}  // namespace decant::cli
