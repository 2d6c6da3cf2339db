#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/unpack.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_unpack(UnpackOptions& options, const Call& call) {
  const std::string out = options.out.string();
  if (call.globals.dry_run)
    return dry_run(call, "unpack",
                   fmt::format("fill the dropped cells of {} ({}) and write {}", options.input.path, options.input.fill, out),
                   {{"input", options.input.path}, {"out", out}, {"fill", options.input.fill}});
  const Unpacked made = unpack(options, call.context);
  if (call.globals.json) return printed({{"rows", made.rows}, {"filled", made.filled}, {"bytes", made.bytes}, {"out", out}});
  return fmt::format("{}: {} pictures, {} of them filled ({}), {}\n", out, human_count(made.rows), human_count(made.filled),
                     options.input.fill, human_bytes(made.bytes));
}

}  // namespace

Verb unpack_verb() {
  return with_options<UnpackOptions>(
      {.name = "unpack",
       .summary = "fill dropped cells and write ordinary pictures",
       .examples = {"decant unpack small/ -o plain/", "decant unpack small/ -o plain/ --fill stored --to webdataset",
                    "decant unpack packed/ -o cifar-10-batches-bin/ --to cifar10"}},
      run_unpack);
}

}  // namespace decant::cli
