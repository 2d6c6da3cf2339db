#include "decant/formats/soft_labels/label_array.h"

#include <algorithm>
#include <cmath>
#include <fmt/ranges.h>
#include <utility>

#include "decant/base/errors.h"
#include "decant/formats/npy/npy.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

class SoftRows final : public WrappedRows, public Targets {
 public:
  SoftRows(std::shared_ptr<const Rows> below, std::vector<float> soft, size_t classes)
      : WrappedRows(std::move(below)), soft_(std::move(soft)), classes_(classes) {}

  const Targets* targets() const override { return this; }
  int32_t label(int64_t row) const override { return below().targets()->label(row); }
  void counts(int64_t row, std::vector<ClassCount>& out) const override { below().targets()->counts(row, out); }
  std::span<const float> soft(int64_t row) const override {
    return std::span(soft_).subspan(static_cast<size_t>(row) * classes_, classes_);
  }

 private:
  std::vector<float> soft_;  ///< (rows, classes)
  size_t classes_;
};

[[noreturn]] void refuse_soft_labels(const std::string& file, const std::string& place, const std::string& what) {
  throw InputError({file, place, what,
                    fmt::format("Restore the file as it was written, or take {} out of the training in run.json", kSoftLabelsOption)});
}

}  // namespace

std::vector<float> parse_soft_labels(Bytes file, int64_t rows, int64_t classes, const std::string& name) {
  const NpyArray array = parse_npy(file, name);
  if (array.type != ElementType::f32 || array.shape != std::vector<int64_t>{rows, classes})
    refuse_soft_labels(name, "",
                       fmt::format("is an array of shape ({}), not float32 ({}, {}): a number for each row and class",
                                   fmt::join(array.shape, ", "), rows, classes));
  std::vector<float> values(array.data.size() / sizeof(float));
  std::copy_n(array.data.data(), array.data.size(), reinterpret_cast<std::byte*>(values.data()));
  const auto bad = std::ranges::find_if_not(values, [](float value) { return std::isfinite(value); });
  if (bad != values.end()) refuse_soft_labels(name, fmt::format("row {}", (bad - values.begin()) / classes), fmt::format("holds {}", *bad));
  return values;
}

void attach_soft_labels(Dataset& dataset, const fs::path& file) {
  if (!fs::is_regular_file(file)) refuse_soft_labels(file.string(), "", "is missing, but run.json says that the set has soft labels");
  std::shared_ptr<const Rows>& rows = dataset.splits.at(Split::train);
  const int64_t classes = class_count(dataset);
  if (!rows->have_classes() || classes == 0) refuse_soft_labels(file.string(), "", "belongs to rows without classes");
  std::vector<float> values = parse_soft_labels(MappedFile(file).bytes(), rows->size(), classes, file.string());
  rows = std::make_shared<SoftRows>(rows, std::move(values), static_cast<size_t>(classes));
}

}  // namespace decant
