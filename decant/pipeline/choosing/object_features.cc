#include "decant/pipeline/choosing/object_features.h"

#include <algorithm>
#include <memory>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/matrix.h"
#include "decant/data/object_crops.h"

namespace decant {
namespace {

/// Adds up rows of features, and divides by their number.
class Means {
 public:
  explicit Means(MatrixView<float> out) : out_(out), counts_(static_cast<size_t>(out.rows)) {}

  void add(int64_t to, std::span<const float> values) {
    const auto sum = out_[to];
    for (size_t i = 0; i < values.size(); ++i) sum[i] += values[i];
    ++counts_[static_cast<size_t>(to)];
  }
  void divide() {
    for (int64_t row = 0; row < out_.rows; ++row) {
      const auto count = static_cast<float>(std::max<int64_t>(1, counts_[static_cast<size_t>(row)]));
      for (float& value : out_[row]) value /= count;
    }
  }

 private:
  MatrixView<float> out_;
  std::vector<int64_t> counts_;
};

/// The crops as rows of their own.
Input input_of_crops(const Input& input, std::shared_ptr<const ObjectCrops> crops) {
  Input of_crops;
  of_crops.dataset.format = input.dataset.format;
  of_crops.dataset.root = input.dataset.root;
  of_crops.dataset.splits[Split::train] = std::move(crops);
  const Subset excluded = input.excluded_rows();
  of_crops.digest = Digest().add(input.digest).add("crops").add(std::as_bytes(std::span(excluded))).hex();
  return of_crops;
}

}  // namespace

FeatureSet obtain_object_features(const Input& input, const ClassAmounts& amounts, const FeatureSet& of_input,
                                  const FeatureOptions& options, uint64_t seed, const Context& context) {
  const std::shared_ptr<const Rows>& rows = input.dataset.splits.at(Split::train);
  const std::string root = input.dataset.root.string();
  if (rows->taught() != CountedIn::objects || rows->pictures() == nullptr)
    throw InputError({root, "", "holds no pictures with boxes, and --method csod looks at what is in boxes",
                      "Choose another --method, such as objects or k-means"});
  if (extractor_for(options.features, input.dataset).open)
    throw InputError({of_input.file, "", "has features of whole pictures, and --method csod needs those of cut-out objects",
                      "Omit --features, or name what computes them: --features embedding"});
  const auto crops = std::make_shared<const ObjectCrops>(rows, input.excluded_rows().rows());
  FeatureSet set = obtain_features_of_others(input_of_crops(input, crops), input, of_input, options, seed, context);
  const auto means = std::make_shared<Matrix<float>>(std::ssize(amounts.entries), set.features.width());
  Means sums(means->view());
  std::vector<float> scratch;
  for (int64_t object = 0; object < crops->size(); ++object) {
    const int64_t row = crops->row_of(object);
    const auto entries = amounts.of(row);
    const auto entry = std::ranges::find(entries, crops->label_of(object), &ClassCount::label);
    if (entry != entries.end())
      sums.add(amounts.first[static_cast<size_t>(row)] + (entry - entries.begin()), set.features.row(object, scratch));
  }
  sums.divide();
  set.features = {std::as_const(*means).view(), means};
  return set;
}

FeatureTask rarest_objects_task(FeatureTask of_pictures, int classes) {
  FeatureTask task;
  task.key = "rarest objects 1 " + of_pictures.key;
  task.width = of_pictures.width;
  task.fill = [fill = std::move(of_pictures.fill), width = task.width, classes](const Rows& rows, const Subset& excluded,
                                                                                MatrixView<float> out, const Context& context) {
    const std::shared_ptr<const Rows> borrowed(&rows, [](const Rows*) {});
    const ObjectCrops crops(borrowed, excluded.rows());
    Matrix<float> all(crops.size(), width);
    fill(crops, {}, all.view(), context);
    const std::vector<int32_t> rarest = rarest_classes(amounts_of(rows, classes, context), kNoLabel);
    Means means(out);
    for (int64_t object = 0; object < crops.size(); ++object) {
      const int64_t row = crops.row_of(object);
      if (crops.label_of(object) == rarest[static_cast<size_t>(row)]) means.add(row, all[object]);
    }
    means.divide();
  };
  return task;
}

}  // namespace decant
