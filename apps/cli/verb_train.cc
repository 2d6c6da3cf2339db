#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/train.h"

#include "apps/cli/dry_run.h"
#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

class Train final : public Verb {
 public:
  std::string name() const override { return "train"; }
  std::string summary() const override { return "train one network on a data set or a small set, and keep its weights"; }
  std::vector<std::string> examples() const override {
    return {"decant train photos-60 --test photos/ --net resnet18 --epochs 20 -o r18.safetensors"};
  }
  void declare(OptionTable& table) override { options_.declare(table); }
  std::string run(const Globals& globals, const std::string&, const Context& context) override {
    if (globals.dry_run)
      return dry_run(globals, *this,
                     fmt::format("train {} on {} and write {}", options_.training.net, options_.input.path, options_.out.string()),
                     {{"input", options_.input.path}, {"net", options_.training.net}, {"out", options_.out.string()}});
    const Json result = train_network(options_, context);
    if (globals.json) return json_text(result, 2) + "\n";
    std::string text = fmt::format("{}: {} steps on {} rows in {}, loss {:.3f}\n", options_.out.string(), human_count(result["steps"]),
                                   human_count(result["rows"]), human_seconds(result["seconds"]), result["loss"].get<double>());
    if (!result["accuracy"].is_null())
      text += fmt::format("accuracy on {} test rows: {:.2f} %\n", human_count(result["test_rows"]), 100 * result["accuracy"].get<double>());
    return text;
  }

 private:
  TrainNetworkOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_train() {
  return std::make_unique<Train>();
}

}  // namespace decant::cli
