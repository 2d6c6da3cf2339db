#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/scan.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_scan(ScanOptions& options, const Call& call) {
  const std::string out = options.out.string();
  if (call.globals.dry_run)
    return dry_run(call, "scan", fmt::format("check job {} of {} and write {}", options.shard, options.input.path, out),
                   {{"input", options.input.path}, {"shard", options.shard}, {"out", out}});
  const Scanned found = scan(options, call.context);
  if (call.globals.json)
    return printed(
        {{"file", out}, {"shard", options.shard}, {"rows", found.rows}, {"bad_files", found.bad_files}, {"was_done", found.was_done}});
  return fmt::format("{}: {} rows, {} bad{}\n", out, human_count(found.rows), human_count(found.bad_files),
                     found.was_done ? "; it was there already" : "");
}

}  // namespace

Verb scan_verb() {
  return with_options<ScanOptions>({.name = "scan",
                                    .summary = "check the rows of one job, for many jobs on one data set",
                                    .examples = {"decant scan photos/ --shard 3/8 -o scan-3.json"},
                                    .everyday = {"shard", "labels", "overwrite"}},
                                   run_scan);
}

}  // namespace decant::cli
