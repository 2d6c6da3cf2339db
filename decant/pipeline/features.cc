#include "decant/pipeline/features.h"

#include "decant/base/output.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/choosing/choose_rows.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/run_log.h"

namespace decant {

void FeaturesOptions::declare(OptionTable& table) {
  Option& path = table.add("input", input.path, "PATH", "the data set");
  path.positional = path.required = true;
  table.add("out", out, "FILE.npy", "file of the features").required = true;
  features.declare(table);
  input.fields.declare(table);
  table.add("seed", seed, "N", "determines every random choice");
  table.add("strict", input.strict, "stop at a file that cannot be read");
  declare_fill(input, table);
  table.add("overwrite", overwrite, "replace an existing file").effect = Effect::speed;
}

FeaturesMade make_features(const FeaturesOptions& options, const Context& context) {
  std::vector<std::string> inputs = files_named({}, options.features);
  inputs.push_back(options.input.path);
  OutputFile out(options.out, {.overwrite = options.overwrite,
                               .inputs = with_folders_read(std::move(inputs), options.input.fields),
                               .why_foreign = why_no_features});
  RunLog log("");
  const Input input = log.stage("read", [&] { return read_input(options.input, context); });
  const FeatureSet set = log.stage("features", [&] { return obtain_features(input, options.features, options.seed, context); });
  log.stage("write", [&] {
    NpyWriter writer(out.path(), set.features.count(), set.features.width());
    for (int64_t row = 0; row < set.features.count(); ++row) set.features.copy_row(row, writer.rows()[row]);
    writer.commit();
    out.commit();
  });
  return {.rows = set.features.count(),
          .features = {set.kind, set.features.width(), options.out.string(), set.reused},
          .bad_files = std::ssize(input.excluded),
          .seconds = log.seconds(),
          .peak_rss_bytes = log.peak_rss_bytes()};
}

}  // namespace decant
