#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/export.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_export(ExportOptions& options, const Call& call) {
  const std::string out = options.out.string();
  if (call.globals.dry_run)
    return dry_run(call, "export", fmt::format("write the rows of {} to {}", options.run.string(), out),
                   {{"run", options.run.string()}, {"out", out}});
  const Exported made = export_run(options, call.context);
  if (call.globals.json) return printed({{"out", out}, {"rows", made.rows}, {"bytes", made.bytes}});
  return fmt::format("{}: {} rows, {}\n", out, human_count(made.rows), human_bytes(made.bytes));
}

}  // namespace

Verb export_verb() {
  return with_options<ExportOptions>(
      {.name = "export",
       .summary = "every row of a run as a table: key, class, kept, bin, rank, gain, place on the map; or its labels of views",
       .examples = {"decant export photos-20 -o rows.parquet", "decant export photos-20 -o rows.csv --no-source",
                    "decant export photos-20 -o labels.npy"}},
      run_export);
}

}  // namespace decant::cli
