#include "decant/base/json.h"
#include "decant/pipeline/inspect.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_inspect(InspectOptions& options, const Call& call) {
  if (call.globals.dry_run) return dry_run(call, "inspect", "inspect " + options.path, {{"input", options.path}});
  const Inspection found = inspect(options, call.context);
  return call.globals.json ? printed(to_json(found)) : inspect_text(found);
}

}  // namespace

Verb inspect_verb() {
  return with_options<InspectOptions>(
      {.name = "inspect",
       .summary = "describe a data set: format, counts, classes, sizes, oddities",
       .examples = {"decant inspect photos/", "decant inspect cifar-10-batches-bin/ --json", "decant inspect 'shards/{000..127}.tar'"}},
      run_inspect);
}

}  // namespace decant::cli
