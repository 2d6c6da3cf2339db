#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/sample.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_sample(SampleOptions& options, const Call& call) {
  const std::string out = options.out.string();
  if (call.globals.dry_run)
    return dry_run(call, "sample", fmt::format("sample {} of {} and write {}", options.keep, options.run.string(), out),
                   {{"run", options.run.string()}, {"keep", options.keep}, {"out", out}});
  options.command = call.command;
  const RunRecord run = sample_run(options, call.context);
  if (call.globals.json && options.out.extension() == ".npy")
    return printed({{"rows", run.rows}, {"kept", *run.kept}, {"file", out}, {"seed", run.seed}});
  if (call.globals.json) return printed(to_json(run));
  return fmt::format("{}: {} of {} rows\n", out, human_count(*run.kept), human_count(run.rows));
}

}  // namespace

Verb sample_verb() {
  return with_options<SampleOptions>(
      {.name = "sample",
       .summary = "take another ratio from an existing run",
       .examples = {"decant sample photos-60 --keep 30% -o photos-30", "decant sample bins/ --keep 0.2 -o indices.npy"}},
      run_sample);
}

}  // namespace decant::cli
