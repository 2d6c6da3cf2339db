#include <cstdio>

#include "decant/base/json.h"
#include "decant/base/printable.h"
#include "decant/pipeline/demo.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_demo(DemoOptions& options, const Call& call) {
  const std::string out = options.out.string();
  if (call.globals.dry_run) return dry_run(call, "demo", "write " + out, {{"out", out}});
  demo(
      options,
      [&](const std::string& paragraph) {
        if (call.context.progress != nullptr) call.context.info("");
        std::fputs((printable_lines(paragraph) + "\n").c_str(), stdout);
        std::fflush(stdout);
      },
      call.context);
  return "";
}

}  // namespace

Verb demo_verb() {
  return with_options<DemoOptions>({.name = "demo",
                                    .summary = "the whole workflow, on drawn pictures or yours",
                                    .examples = {"decant demo", "decant demo photos/ -o out/photos"}},
                                   run_demo);
}

}  // namespace decant::cli
