// The task of naming every pixel's class: cross entropy over the pixels that count, the outputs
// enlarged bilinearly to the frame; and mean IoU (metrics/mean_iou.h) at the size of the masks as
// they are stored, the logits enlarged once more, then the largest.
#include <ATen/TensorOperators.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/nll_loss2d.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <algorithm>
#include <limits>

#include "decant/base/errors.h"
#include "decant/metrics/mean_iou.h"
#include "decant/train/torch/scene_task.h"

namespace decant::train {
namespace {

using at::Tensor;

Tensor enlarged(const Tensor& logits, int64_t height, int64_t width) {
  return at::upsample_bilinear2d(logits, {height, width}, /*align_corners=*/false);
}

class SegmentationMeter final : public SceneMeter {
 public:
  SegmentationMeter(const SceneTaskSpec& spec, const loader::SceneTable& test) : spec_(spec), test_(test), counts_(spec.classes) {}

  void add(const Tensor& outputs, std::span<const int64_t> rows) override {
    const Tensor frames = enlarged(outputs, spec_.frame.height, spec_.frame.width);
    ClassMask mask;
    for (size_t i = 0; i < rows.size(); ++i) {
      test_.rows().targets()->class_mask(rows[i], mask);
      const loader::Scene& scene = test_.scene(rows[i], scratch_);
      const Tensor own = frames.narrow(0, static_cast<int64_t>(i), 1).narrow(2, 0, scene.fitted.height).narrow(3, 0, scene.fitted.width);
      const Tensor best = enlarged(own.contiguous(), mask.height, mask.width).argmax(1).to(at::kCPU, at::kInt).contiguous();
      counts_.add(mask.labels, {best.data_ptr<int32_t>(), mask.labels.size()});
    }
  }

  std::vector<double> values(const Context&) const override {
    std::vector<double> values = {counts_.mean_iou()};
    int64_t pixels = 0;
    for (int32_t label = 0; label < spec_.classes; ++label) {
      values.push_back(counts_.iou(label).value_or(std::numeric_limits<double>::quiet_NaN()));
      for (int32_t other = 0; other < spec_.classes; ++other) pixels += counts_.pixels(label, other);
    }
    if (pixels == 0) throw InputError({"", "", "no pixel of the test masks is of a class", "Test on others with --test"});
    return values;
  }

 private:
  const SceneTaskSpec spec_;
  const loader::SceneTable& test_;
  loader::Scene scratch_;
  Confusion counts_;
};

class Segmentation final : public SceneTask {
 public:
  explicit Segmentation(const SceneTaskSpec& spec) : spec_(spec) {}

  SceneTargets targets(const loader::SceneBatch& batch) const override {
    void* const classes = const_cast<int64_t*>(batch.classes.data());  // from_blob asks for it; nothing is written
    const Tensor values = at::from_blob(classes, {batch.count, spec_.frame.height, spec_.frame.width}, at::kLong).clone();
    const int64_t ignored = std::ranges::count(batch.classes, int64_t{kNoLabel});
    return {values.to(spec_.device), static_cast<double>(std::max<int64_t>(std::ssize(batch.classes) - ignored, 1))};
  }

  Tensor loss(const Tensor& outputs, const SceneTargets& targets) const override {
    const Tensor log_p = at::log_softmax(enlarged(outputs, spec_.frame.height, spec_.frame.width), 1);
    return at::nll_loss2d(log_p, targets.values, {}, at::Reduction::Sum, kNoLabel) / targets.weight;
  }

  std::unique_ptr<SceneMeter> meter(const loader::SceneTable& test) const override {
    return std::make_unique<SegmentationMeter>(spec_, test);
  }

 private:
  SceneTaskSpec spec_;
};

}  // namespace

std::unique_ptr<SceneTask> make_segmentation(const SceneTaskSpec& spec) {
  return std::make_unique<Segmentation>(spec);
}

std::unique_ptr<SceneTask> scene_task_for(CountedIn taught, const SceneTaskSpec& spec) {
  DECANT_CHECK(taught != CountedIn::rows, ==, true);
  return taught == CountedIn::objects ? make_detection(spec) : make_segmentation(spec);
}

}  // namespace decant::train
