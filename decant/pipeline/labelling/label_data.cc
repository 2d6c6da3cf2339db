#include "decant/pipeline/labelling/label_data.h"

#include <algorithm>

#include "decant/base/errors.h"
#include "decant/formats/convert.h"

namespace decant {
namespace {

constexpr int kUsualCrop = 4;

}  // namespace

std::vector<std::string> named_classes(const Dataset& dataset) {
  std::vector<std::string> names = dataset.classes;
  for (auto c = std::ssize(names); c < class_count(dataset); ++c) names.push_back(std::to_string(c));
  return names;
}

std::vector<int32_t> classes_of_source(const Dataset& source, const Dataset& own) {
  const int count = class_count(source);
  if (class_count(own) != count)
    throw InputError({own.root.string(), "",
                      fmt::format("has {} classes, and its source {}: labels say something of each of them", class_count(own), count),
                      "Keep a row of every class: --min-per-class 1"});
  const std::vector<std::string> names = named_classes(source);
  const std::vector<std::string> folders = class_folder_names(source.classes, static_cast<size_t>(count));
  std::vector<int32_t> class_of;
  for (const std::string& name : named_classes(own)) {
    int32_t c = 0;
    while (c < count && names[static_cast<size_t>(c)] != name && folders[static_cast<size_t>(c)] != name) ++c;
    if (c == count)
      throw InputError({own.root.string(), "class '" + name + "'", "is none of its source's, so no label says anything of it",
                        "Use hard labels, or write another format (--to)"});
    class_of.push_back(c);
  }
  return class_of;
}

ViewRecipe usual_recipe(const train::Teacher& teacher, uint64_t seed) {
  return {.seed = seed, .cuts = {.crop = std::min(kUsualCrop, teacher.size.width / 8), .flip = teacher.size.channels > 1}};
}

ViewLabelsMade label_data(const Dataset& own, const Dataset& source, const LabelOptions& options, const train::Teacher& teacher,
                          uint64_t seed, const std::filesystem::path& folder, const Context& context) {
  const std::shared_ptr<const Rows>& rows = own.splits.at(Split::train);
  const LabelJob job{.rows = rows,
                     .which = Subset::all(rows->size()),
                     .class_names = named_classes(own),
                     .class_of = classes_of_source(source, own),
                     .recipe = usual_recipe(teacher, seed),
                     .spec = options.spec()};
  const auto labels = label_views(job, teacher, module_teacher_trainer("cpu"), context).labels;
  const ViewLabelsHeader& header = labels->header();
  const ViewLabelRecord record{.views = header.recipe.views,
                               .bits = header.shape.bits,
                               .top = header.shape.top,
                               .cuts = header.recipe.cuts,
                               .bytes = write_view_labels(*labels, folder / kViewLabelsFile),
                               .teacher = header.teacher,
                               .teacher_digest = header.teacher_digest};
  return {record, training_of_labels(header.recipe, options)};
}

}  // namespace decant
