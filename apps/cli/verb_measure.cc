#include "decant/base/json.h"
#include "decant/pipeline/measure.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_measure(MeasureOptions& options, const Call& call) {
  if (call.globals.dry_run)
    return dry_run(call, "measure", fmt::format("measure {} against {}", options.results.string(), options.truth.string()),
                   {{"truth", options.truth.string()}, {"results", options.results.string()}});
  const auto shown = [&](const auto& measured) { return call.globals.json ? printed(to_json(measured)) : measured_text(measured); };
  return measures_folders(options) ? shown(measure_masks(options, call.context)) : shown(measure(options, call.context));
}

}  // namespace

Verb measure_verb() {
  return with_options<MeasureOptions>(
      {.name = "measure",
       .summary = "COCO's average precision of a detector's results, or mean IoU of masks",
       .examples = {"decant measure annotations/instances_val2017.json detections.json",
                    "decant measure truth.json results.json --masks --json", "decant measure camvid/testannot predicted/ --ignore 11"},
       .everyday = {"masks", "ignore"}},
      run_measure);
}

}  // namespace decant::cli
