#include "decant/pipeline/export_labels.h"

#include <array>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/output.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/soft_labels/view_file.h"
#include "decant/loader/augment.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

fs::path cuts_beside(const fs::path& labels) {
  return labels.parent_path() / (labels.stem().string() + "-cuts.npy");
}

std::vector<float> all_logits(const StoredViewLabels& labels, const Context& context) {
  const ViewLabelsHeader& header = labels.header();
  const auto classes = static_cast<size_t>(labels.classes());
  std::vector<float> all(static_cast<size_t>(header.rows * header.recipe.views) * classes);
  Stage stage(context, "export", header.rows, "rows");
  for (int64_t row = 0; row < header.rows; ++row) {
    for (int64_t view = 0; view < header.recipe.views; ++view) {
      const auto at = static_cast<size_t>(row * header.recipe.views + view) * classes;
      labels.logits(row, view, std::span(all).subspan(at, classes));
    }
    if (row % 1024 == 0) context.check_cancelled();
    stage.advance();
  }
  return all;
}

std::vector<int32_t> all_cuts(const ViewLabelsHeader& header) {
  std::vector<int32_t> cuts;
  for (int64_t row = 0; row < header.rows; ++row) {
    for (int64_t view = 0; view < header.recipe.views; ++view) {
      const loader::Placement placement = loader::placement_of_view(header.recipe, row, view);
      cuts.insert(cuts.end(), {placement.dx, placement.dy, placement.mirror ? 1 : 0});
    }
  }
  return cuts;
}

}  // namespace

Exported export_labels(const ExportOptions& options, const Context& context) {
  const fs::path file = options.run / kViewLabelsFile;
  if (!fs::is_regular_file(file))
    throw InputError(
        {options.run.string(), "", "has no labels of views", "Make them with --teach soft, or end -o in .parquet, .csv or .jsonl"});
  const auto labels = parse_view_labels(MappedFile(file).bytes(), file.string());
  const ViewLabelsHeader& header = labels->header();
  OutputFile out(options.out, {.inputs = {file.string()}});
  OutputFile out_cuts(cuts_beside(options.out), {.inputs = {file.string()}});
  const std::vector<float> logits = all_logits(*labels, context);
  const std::vector<int32_t> cuts = all_cuts(header);
  write_npy<float>(out.path(), logits, std::array<int64_t, 3>{header.rows, header.recipe.views, labels->classes()});
  write_npy<int32_t>(out_cuts.path(), cuts, std::array<int64_t, 3>{header.rows, header.recipe.views, 3});
  out_cuts.commit();
  out.commit();
  return {header.rows, 4 * (std::ssize(logits) + std::ssize(cuts))};
}

}  // namespace decant
