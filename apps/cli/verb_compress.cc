#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/plan.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string shown(const PlanEstimate& plan, const Globals& globals) {
  return globals.json ? json_text(to_json(plan), 2) + "\n" : plan_text(plan);
}

class Compress final : public Verb {
 public:
  std::string name() const override { return "compress"; }
  std::string summary() const override { return "a data set in, a smaller one out, in the same format"; }
  std::vector<std::string> examples() const override {
    return {"decant compress photos/ -o photos-60 --keep 60%",
            "decant compress 'shards/{000..127}.tar' -o small --keep 0.1 --features clip.npy",
            "decant compress cifar-10-batches-bin/ -o small --keep 5000 --features embedding --net resnet20 --weights r20.safetensors"};
  }
  void declare(OptionTable& table) override { options_.declare(table); }
  std::vector<std::string> everyday() const override {
    return {"keep", "method", "labels", "features", "net", "weights", "to", "seed", "overwrite", "strict"};
  }
  std::string run(const Globals& globals, const std::string& command, const Context& context) override {
    if (globals.dry_run) return shown(plan(options_, context), globals);
    options_.command = command;
    const RunRecord run = compress(options_, context);
    if (globals.json) return json_text(to_json(run), 2) + "\n";
    return fmt::format("{}: {} of {} rows, {} of {}, in {}\nhow: {}\nsee {}\n", options_.out.string(), human_count(*run.kept),
                       human_count(run.rows), human_bytes(run.bytes_after), human_bytes(run.bytes_before), human_seconds(run.seconds),
                       run.method_note, (options_.out / "report.html").string());
  }

 private:
  CompressOptions options_;
};

class Plan final : public Verb {
 public:
  std::string name() const override { return "plan"; }
  std::string summary() const override { return "what compress, or bins of a matrix, would need: memory, disk, time"; }
  std::vector<std::string> examples() const override {
    return {"decant plan photos/ --keep 20%", "decant plan features.npy --labels y.npy"};
  }
  void declare(OptionTable& table) override {
    options_.out = "out";  // never written to
    options_.declare(table);
  }
  std::string run(const Globals& globals, const std::string&, const Context& context) override {
    return shown(plan_what_fits(options_, context), globals);
  }

 private:
  CompressOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_compress() {
  return std::make_unique<Compress>();
}
std::unique_ptr<Verb> make_plan() {
  return std::make_unique<Plan>();
}

}  // namespace decant::cli
