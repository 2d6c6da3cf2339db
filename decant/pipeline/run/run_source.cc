#include "decant/pipeline/run/run_source.h"

#include "decant/base/errors.h"
#include "decant/formats/open.h"

namespace decant {

void require_source(const RunFolder& run, const Input& input, const std::string& path) {
  if (!run.run.input || input.digest != run.run.input->digest)
    throw InputError({path, "", "is not the data set that this run was made from (the digest differs)",
                      "Restore the original, or run `decant compress` again"});
}

Input source_of(const RunFolder& run, const std::string& asked, const Context& context) {
  const std::string path = !asked.empty() ? asked : run.run.input ? run.run.input->path : "";
  if (path.empty())
    throw InputError({run.path.string(), "", "does not say which data set it was made from",
                      "Give it with --source, or write only the row numbers: -o indices.npy"});
  if (asked.empty() && !std::filesystem::exists(path) && path.find_first_of("{*") == std::string::npos)
    throw InputError({path, "", "the data set of this run no longer exists", "Give its new path with --source"});
  Input input = read_input({.path = path, .labels = run.run.option_text("labels")}, context);
  require_source(run, input, path);
  return input;
}

std::shared_ptr<const Rows> reduced_pictures(const RunFolder& run, const Context& context) {
  if (!run.run.patches || !run.has_data()) return nullptr;
  const bool reordered = run.run.output_format == "imagefolder" && run.run.input && run.run.input->format != "imagefolder";
  if (reordered) return nullptr;
  auto rows = open_dataset((run.path / "data").string(), {}, context).splits.at(Split::train);
  return rows->size() == std::ssize(run.kept) ? rows : nullptr;
}

}  // namespace decant
