#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/bins.h"
#include "decant/pipeline/plan.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_bins(BinsOptions& options, const Call& call) {
  if (call.globals.dry_run) {
    const PlanEstimate planned = plan(options, call.context);
    return call.globals.json ? printed(to_json(planned)) : plan_text(planned);
  }
  options.command = call.command;
  options.ranks = call.globals.ranks;
  const std::optional<RunRecord> run = make_bins(options, call.context);
  if (!run) return "";
  if (call.globals.json) return printed(to_json(*run));
  const bool alone = run->serves && run->serves->least == run->serves->most;
  return fmt::format("{}: {} rows ordered in {}\nhow: {}\nnext: decant sample {} --keep {} -o indices.npy\n", options.out.string(),
                     human_count(run->rows), human_seconds(run->seconds), run->method_note, options.out.string(),
                     alone                  ? std::to_string(run->serves->least)
                     : options.keep.empty() ? "20%"
                                            : options.keep);
}

}  // namespace

Verb bins_verb() {
  return with_options<BinsOptions>(
      {.name = "bins",
       .summary = "cut a feature matrix into bins and order its rows",
       .examples = {"decant bins features.npy --labels y.npy -o bins/", "decant bins features.npy --pools kmeans:64 -o bins/",
                    "mpirun -n 4 decant bins 'feats-{000..127}.npy' -o bins/", "decant sample bins/ --keep 0.2 -o indices.npy"},
       .everyday = {"labels", "keep", "method", "function", "bins", "pools", "seed", "overwrite"},
       .takes_ranks = true},
      run_bins);
}

}  // namespace decant::cli
