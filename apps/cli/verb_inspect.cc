#include "decant/base/json.h"
#include "decant/pipeline/inspect.h"

#include "apps/cli/dry_run.h"
#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

class Inspect final : public Verb {
 public:
  std::string name() const override { return "inspect"; }
  std::string summary() const override { return "what a data set is: format, counts, classes, sizes, oddities"; }
  std::vector<std::string> examples() const override {
    return {"decant inspect photos/", "decant inspect cifar-10-batches-bin/ --json", "decant inspect 'shards/{000..127}.tar'"};
  }
  void declare(OptionTable& table) override { options_.declare(table); }
  std::string run(const Globals& globals, const std::string&, const Context& context) override {
    if (globals.dry_run) return dry_run(globals, *this, fmt::format("look at {}", options_.path), {{"input", options_.path}});
    const Inspection found = inspect(options_, context);
    return globals.json ? json_text(to_json(found), 2) + "\n" : inspect_text(found);
  }

 private:
  InspectOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_inspect() {
  return std::make_unique<Inspect>();
}

}  // namespace decant::cli
