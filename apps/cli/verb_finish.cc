#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/finish.h"

#include "apps/cli/elsewhere_of_jobs.h"
#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_finish(FinishOptions& options, const Call& call) {
  const std::string out = options.out.string();
  if (call.globals.dry_run)
    return dry_run(call, "finish", fmt::format("join {} and write {}", options.parts, out),
                   {{"input", options.input.path}, {"parts", options.parts}, {"out", out}});
  options.command = call.command;
  const RunRecord run = finish(options, call.context);
  if (call.globals.json) return printed(to_json(run));
  return fmt::format("{}: {} of {} rows, {} of {}, in {}\nhow: {}\nsee {}\n", out, human_count(*run.kept), human_count(run.rows),
                     human_bytes(run.bytes_after), human_bytes(run.bytes_before), human_seconds(run.seconds), run.method_note,
                     (options.out / "report.html").string());
}

}  // namespace

Verb finish_verb() {
  return with_options<FinishOptions>(
      {.name = "finish",
       .summary = "join what many jobs wrote to one small set",
       .examples = {"decant finish photos/ --scans 'scan-*.json' --order bins --rows rows.npy --parts 'part-*' -o small"},
       .everyday = {"order", "features", "to", "labels", "overwrite"},
       .elsewhere = elsewhere_of_jobs()},
      run_finish);
}

}  // namespace decant::cli
