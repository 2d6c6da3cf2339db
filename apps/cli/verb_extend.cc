#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/extend.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_extend(ExtendOptions& options, const Call& call) {
  const std::string out = options.out.string();
  if (call.globals.dry_run)
    return dry_run(call, "extend", fmt::format("extend {} by rows of {} and write {}", options.run.string(), options.more, out),
                   {{"run", options.run.string()}, {"more", options.more}, {"out", out}});
  options.command = call.command;
  const RunRecord run = extend(options, call.context);
  if (call.globals.json) return printed(to_json(run));
  return fmt::format("{}: {} of {} rows, {} of {}, in {}\nhow: {}\nsee {}\n", out, human_count(*run.kept), human_count(run.rows),
                     human_bytes(run.bytes_after), human_bytes(run.bytes_before), human_seconds(run.seconds), run.method_note,
                     (options.out / "report.html").string());
}

}  // namespace

Verb extend_verb() {
  return with_options<ExtendOptions>({.name = "extend",
                                      .summary = "go on choosing as data arrive: what was chosen stays chosen",
                                      .examples = {"decant extend photos-20 photos-of-june/ -o photos-20-june",
                                                   "decant extend small more.npy --more-labels more-labels.npy --keep 5000 -o larger"},
                                      .everyday = {"keep", "more-labels", "features", "to", "overwrite"}},
                                     run_extend);
}

}  // namespace decant::cli
