#include "decant/pipeline/unpack.h"

#include <algorithm>

#include "decant/base/output.h"
#include "decant/formats/convert.h"
#include "decant/formats/raw_files.h"
#include "decant/patches/fill.h"

namespace decant {

void UnpackOptions::declare(OptionTable& table) {
  Option& path = table.add("input", input.path, "PATH", "a data set with dropped cells, or the small set that holds it");
  path.positional = path.required = true;
  table.add("out", out, "FOLDER", "folder of the pictures").required = true;
  declare_fill(input, table);
  table.add("to", to, "FORMAT", "imagefolder, webdataset, or the files that packed pictures came from: cifar10 or idx");
  table.add("strict", input.strict, "stop at a file that cannot be read");
}

namespace {

int64_t count_masks(const Rows& rows, const Subset& chosen) {
  return std::ranges::count_if(chosen, [&](int64_t row) { return rows.pictures()->mask(row).has_value(); });
}

}  // namespace

Unpacked unpack(const UnpackOptions& options, const Context& context) {
  const auto filler = patches::make_filler(options.input.fill);
  OutputFolder out(options.out, {.inputs = {options.input.path}});
  InputOptions reading = options.input;
  reading.fill = kStoredFill;
  Input input = read_input(reading, context);
  const Subset usable = input.usable_rows();
  auto& train = input.dataset.splits.at(Split::train);
  require_pictures(*train, options.input.path);
  const int64_t filled = count_masks(*train, usable);
  train = std::make_shared<patches::FilledRows>(train, filler);
  const auto write = is_raw_format(options.to) ? write_raw_files : write_as;
  const int64_t bytes = write(options.to, input.dataset, usable, out.path(), context);
  out.commit();
  return {std::ssize(usable), filled, bytes};
}

}  // namespace decant
