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

/// What `told_by` makes of the placement of each view of each row, one after another.
template <class T, class ToldBy>
std::vector<T> of_every_view(const ViewLabelsHeader& header, ToldBy&& told_by) {
  std::vector<T> all;
  for (int64_t row = 0; row < header.rows; ++row) {
    for (int64_t view = 0; view < header.recipe.views; ++view) {
      const auto numbers = told_by(loader::placement_of_view(header.recipe, row, view));
      all.insert(all.end(), numbers.begin(), numbers.end());
    }
  }
  return all;
}

/// Writes (rows, views, n) numbers. Returns how many bytes they take.
template <class T>
int64_t write_of_views(const fs::path& file, const ViewLabelsHeader& header, const std::vector<T>& numbers) {
  const int64_t each = std::ssize(numbers) / (header.rows * header.recipe.views);
  write_npy<T>(file, numbers, std::array<int64_t, 3>{header.rows, header.recipe.views, each});
  return std::ssize(numbers) * static_cast<int64_t>(sizeof(T));
}

int64_t write_cuts(const fs::path& file, const ViewLabelsHeader& header) {
  using loader::Placement;
  if (header.recipe.cuts.resized_crop == 0) {
    const auto shift = [](const Placement& cut) { return std::array<int32_t, 3>{cut.dx, cut.dy, cut.mirror ? 1 : 0}; };
    return write_of_views(file, header, of_every_view<int32_t>(header, shift));
  }
  const auto box = [](const Placement& cut) {
    const loader::ResizedCrop seen = cut.box.value_or(loader::ResizedCrop());
    return std::array<float, 5>{static_cast<float>(seen.left), static_cast<float>(seen.top), static_cast<float>(seen.width),
                                static_cast<float>(seen.height), cut.mirror ? 1.0F : 0.0F};
  };
  return write_of_views(file, header, of_every_view<float>(header, box));
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
  const int64_t bytes = write_of_views(out.path(), header, all_logits(*labels, context)) + write_cuts(out_cuts.path(), header);
  out_cuts.commit();
  out.commit();
  return {header.rows, bytes};
}

}  // namespace decant
