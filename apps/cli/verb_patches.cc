#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/patches.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_patches(PatchesOptions& options, const Call& call) {
  const std::string out = options.out.string();
  if (call.globals.dry_run)
    return dry_run(call, "patches", fmt::format("compute importance maps of {} and write {}", options.input.path, out),
                   {{"input", options.input.path}, {"out", out}, {"importance", options.importance.importance}});
  const PatchesMade made = make_patches(options, call.context);
  if (call.globals.json)
    return printed({{"rows", made.rows},
                    {"grid", made.side},
                    {"importance", made.importance},
                    {"file", made.file},
                    {"reused", made.reused},
                    {"pictures", made.pictures},
                    {"bad_files", made.bad_files},
                    {"seconds", made.seconds},
                    {"peak_rss_bytes", made.peak_rss_bytes}});
  const std::string shown = made.pictures > 0 ? fmt::format(", {} pictures in {}", made.pictures, options.pictures.string()) : "";
  return fmt::format("{}: {} maps of {}×{} cells ({}){} in {}\n", made.file, human_count(made.rows), made.side, made.side, made.importance,
                     shown, human_seconds(made.seconds));
}

}  // namespace

Verb patches_verb() {
  return with_options<PatchesOptions>({.name = "patches",
                                       .summary = "compute how much each cell of every picture matters, into a .npy",
                                       .examples = {"decant patches photos/ -o maps.npy --pictures look/",
                                                    "decant patches cifar-10-batches-bin/ -o maps.npy --importance gradcam++"},
                                       .everyday = {"importance", "grid", "pictures", "overwrite"}},
                                      run_patches);
}

}  // namespace decant::cli
