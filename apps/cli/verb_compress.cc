#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/plan.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

/// "labels: 10 views of each row, 42 kB, by resnet20, right on 91 % of a sample of its rows"; empty
/// where rows teach their classes.
std::string labels_line(const RunRecord& run) {
  if (!run.view_labels) return {};
  const ViewLabelRecord& labels = *run.view_labels;
  return fmt::format("labels: {} view{} of each row, {}, by {}\n", human_count(labels.views), labels.views == 1 ? "" : "s",
                     human_bytes(labels.bytes), labels.teacher);
}

std::string run_compress(CompressOptions& options, const Call& call) {
  if (call.globals.dry_run) {
    const PlanEstimate planned = plan(options, call.context);
    return call.globals.json ? printed(to_json(planned)) : plan_text(planned);
  }
  options.command = call.command;
  const RunRecord run = compress(options, call.context);
  if (call.globals.json) return printed(to_json(run));
  return fmt::format("{}: {} of {} rows, {} of {}, in {}\nhow: {}\n{}see {}\n", options.out.string(), human_count(*run.kept),
                     human_count(run.rows), human_bytes(run.bytes_after), human_bytes(run.bytes_before), human_seconds(run.seconds),
                     run.method_note, labels_line(run), (options.out / "report.html").string());
}

}  // namespace

Verb compress_verb() {
  return with_options<CompressOptions>(
      {.name = "compress",
       .summary = "make a smaller data set in the same format",
       .examples =
           {"decant compress photos/ -o photos-60 --keep 60%",
            "decant compress 'shards/{000..127}.tar' -o small --keep 0.1 --features clip.npy",
            "decant compress cifar-10-batches-bin/ -o small --keep 5000 --features embedding --net resnet20 --weights r20.safetensors"},
       .everyday = {"keep", "method", "labels", "features", "net", "weights", "to", "seed", "overwrite", "strict"}},
      run_compress);
}

}  // namespace decant::cli
