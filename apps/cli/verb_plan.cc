#include "decant/base/json.h"
#include "decant/pipeline/plan.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_plan(CompressOptions& options, const Call& call) {
  const PlanEstimate planned = plan_what_fits(options, call.context);
  return call.globals.json ? printed(to_json(planned)) : plan_text(planned);
}

}  // namespace

Verb plan_verb() {
  return with_options<CompressOptions>({.name = "plan",
                                        .summary = "estimate memory, disk space and time of compress, or of bins for a matrix",
                                        .examples = {"decant plan photos/ --keep 20%", "decant plan features.npy --labels y.npy"}},
                                       run_plan, {.out = "out"});
}

}  // namespace decant::cli
