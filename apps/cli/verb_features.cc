#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/features.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_features(FeaturesOptions& options, const Call& call) {
  const std::string out = options.out.string();
  if (call.globals.dry_run)
    return dry_run(call, "features", fmt::format("compute features of {} and write {}", options.input.path, out),
                   {{"input", options.input.path}, {"out", out}, {"features", options.features.features}});
  const FeaturesMade made = make_features(options, call.context);
  const FeatureRecord& features = made.features;
  if (call.globals.json)
    return printed({{"rows", made.rows},
                    {"columns", features.width},
                    {"kind", features.kind},
                    {"file", features.file},
                    {"reused", features.reused},
                    {"bad_files", made.bad_files},
                    {"was_done", made.was_done},
                    {"seconds", made.seconds},
                    {"peak_rss_bytes", made.peak_rss_bytes}});
  if (options.fit_only)
    return fmt::format("{}: learned from {} rows in {}\nnext: decant features {} --filters {} --shard I/N -o FILE.npy\n", out,
                       human_count(made.rows), human_seconds(made.seconds), options.input.path, out);
  if (made.was_done) return fmt::format("{}: {} rows; it was there already\n", out, human_count(made.rows));
  return fmt::format("{}: {} rows of {} numbers ({}) in {}\n", features.file, human_count(made.rows), features.width, features.kind,
                     human_seconds(made.seconds));
}

}  // namespace

Verb features_verb() {
  return with_options<FeaturesOptions>(
      {.name = "features",
       .summary = "compute features of every picture into a .npy",
       .examples = {"decant features photos/ -o photos.npy",
                    "decant features cifar-10-batches-bin/ -o r20.npy --features embedding --net resnet20 --weights r20.safetensors",
                    "decant features photos/ --fit-only -o filters.safetensors",
                    "decant features photos/ --filters filters.safetensors --shard 3/8 -o feats-3.npy"}},
      run_features);
}

}  // namespace decant::cli
