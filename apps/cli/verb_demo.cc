#include <cstdio>

#include "decant/base/printable.h"
#include "decant/pipeline/demo.h"

#include "apps/cli/dry_run.h"
#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

class Demo final : public Verb {
 public:
  std::string name() const override { return "demo"; }
  std::string summary() const override { return "the whole road once, on drawn pictures or yours"; }
  std::vector<std::string> examples() const override { return {"decant demo", "decant demo photos/ -o out/photos"}; }
  void declare(OptionTable& table) override { options_.declare(table); }
  std::string run(const Globals& globals, const std::string&, const Context& context) override {
    if (globals.dry_run) return dry_run(globals, *this, fmt::format("write {}", options_.out.string()), {{"out", options_.out.string()}});
    demo(
        options_,
        [&](const std::string& paragraph) {
          if (context.progress != nullptr) context.info("");
          std::fputs((printable_lines(paragraph) + "\n").c_str(), stdout);
          std::fflush(stdout);
        },
        context);
    return {};
  }

 private:
  DemoOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_demo() {
  return std::make_unique<Demo>();
}

}  // namespace decant::cli
