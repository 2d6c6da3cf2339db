// The task of finding objects: boxes_to_grid() says what is to be learnt, with the losses
//
//     heat    −1/N Σ (1 − p)² log p                     where an object's middle lies
//             −1/N Σ (1 − heat)⁴ p² log(1 − p)          elsewhere, where it counts
//     box     2/N Σ weight · (1 − GIoU)
//
// p being the sigmoid of a logit and N the objects of the batch. The first is the focal loss of X.
// Zhou et al., "Objects as points" (arXiv:1904.07850), after H. Law and J. Deng's CornerNet; the
// second is of H. Rezatofighi et al., "Generalized intersection over union", CVPR 2019
// (arXiv:1902.09630).
#include <ATen/TensorIndexing.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <algorithm>
#include <cmath>
#include <limits>

#include "decant/base/errors.h"
#include "decant/data/objects.h"
#include "decant/metrics/average_precision.h"
#include "decant/train/box_grid.h"
#include "decant/train/torch/scene_task.h"

namespace decant::train {
namespace {

using at::Tensor;

constexpr double kBoxWeight = 2;
constexpr double kStridesAway = 8;  // of a side at raw output 0
constexpr double kMostRaw = 6;      // raw outputs beyond it count as that: 400 times as far
constexpr int64_t kSides = 4;

/// Distances in pixels from raw outputs.
Tensor distances_of(const Tensor& raw, double stride) {
  return raw.clamp(-kMostRaw, kMostRaw).exp() * (kStridesAway * stride);
}

/// (batch, places…) of two boxes around the same place, each (batch, 4, places…).
Tensor generalized_overlap(const Tensor& a, const Tensor& b) {
  const auto sides = [](const Tensor& one, int64_t first) { return one.select(1, first) + one.select(1, first + 2); };
  const Tensor least = at::minimum(a, b), most = at::maximum(a, b);
  const Tensor common = sides(least, 0) * sides(least, 1);
  const Tensor all = sides(a, 0) * sides(a, 1) + sides(b, 0) * sides(b, 1) - common;
  const Tensor hull = sides(most, 0) * sides(most, 1);
  return common / all - (hull - all) / hull;
}

class DetectionMeter final : public SceneMeter {
 public:
  DetectionMeter(const SceneTaskSpec& spec, const loader::SceneTable& test) : spec_(spec), test_(test) {
    all_.pictures = std::ssize(test.chosen());
    all_.classes = spec.classes;
    for (const int64_t row : test.chosen()) add_truth(row);
    if (std::ranges::none_of(all_.truth, [](const TrueObject& one) { return !one.crowd && !one.ignored; }))
      throw InputError({"", "", "none of the test pictures holds an object", "Test on others with --test"});
  }

  void add(const Tensor& outputs, std::span<const int64_t> rows) override {
    const Tensor p = at::sigmoid(outputs.narrow(1, 0, spec_.classes));
    const Tensor peaks = at::where(at::max_pool2d(p, 3, 1, 1).eq(p), p, at::zeros_like(p)).to(at::kCPU, at::kFloat).contiguous();
    const Tensor sides =
        distances_of(outputs.narrow(1, spec_.classes, kSides), static_cast<double>(spec_.stride)).to(at::kCPU, at::kFloat).contiguous();
    const BoxGrid grid{outputs.size(3), outputs.size(2), static_cast<double>(spec_.stride), spec_.classes};
    loader::Scene scratch;
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto of_picture = [&](const Tensor& all) {
        const auto size = static_cast<size_t>(all[0].numel());
        return std::span<const float>(all.data_ptr<float>() + i * size, size);
      };
      const loader::Scene& scene = test_.scene(rows[i], scratch);
      for (const FoundBox& found : boxes_from_grid(of_picture(peaks), of_picture(sides), grid))
        add_found(test_.slot(rows[i]), scene, found);
    }
  }

  std::vector<double> values(const Context& context) const override {
    const CocoScores scores = coco_scores(all_, context);
    std::vector<double> values = {scores.precision.all, scores.precision.at_50};
    values.insert(values.end(), scores.of_class_50.begin(), scores.of_class_50.end());
    for (double& value : values) value = value < 0 ? std::numeric_limits<double>::quiet_NaN() : value;
    return values;
  }

 private:
  void add_truth(int64_t row) {
    const ObjectRange objects = test_.rows().targets()->objects(row);
    for (int64_t i = objects.begin; i < objects.end; ++i) {
      const auto at = static_cast<size_t>(i);
      const uint16_t flags = objects.table->flags[at];
      const int32_t label = objects.table->labels[at];
      if ((flags & ObjectFlag::broken) != 0 || label < 0 || label >= spec_.classes) continue;
      const Box& box = objects.table->boxes[at];
      all_.truth.push_back({.picture = test_.slot(row),
                            .label = label,
                            .box = {box.x0, box.y0, box.width(), box.height()},
                            .area = objects.table->areas[at],
                            .crowd = (flags & ObjectFlag::crowd) != 0,
                            .ignored = (flags & ObjectFlag::difficult) != 0});
    }
  }

  /// In pixels of the stored picture, cut at its edge.
  void add_found(int64_t picture, const loader::Scene& scene, const FoundBox& found) {
    const auto edge = [](float at, double scale, int side) { return std::clamp(at / scale, 0.0, static_cast<double>(side)); };
    const double x0 = edge(found.box.x0, scene.scale_x(), scene.source.width), x1 = edge(found.box.x1, scene.scale_x(), scene.source.width);
    const double y0 = edge(found.box.y0, scene.scale_y(), scene.source.height),
                 y1 = edge(found.box.y1, scene.scale_y(), scene.source.height);
    all_.found.push_back({.picture = picture,
                          .label = found.box.label,
                          .box = {x0, y0, x1 - x0, y1 - y0},
                          .area = (x1 - x0) * (y1 - y0),
                          .score = found.score});
  }

  const SceneTaskSpec spec_;
  const loader::SceneTable& test_;
  Detections all_;
};

class Detection final : public SceneTask {
 public:
  explicit Detection(const SceneTaskSpec& spec) : spec_(spec) {
    const auto places = [&](int side) { return (side + spec.stride - 1) / spec.stride; };
    grid_ = {places(spec.frame.width), places(spec.frame.height), static_cast<double>(spec.stride), spec.classes};
  }

  SceneTargets targets(const loader::SceneBatch& batch) const override {
    const Tensor values = at::empty({batch.count, grid_.planes(), grid_.height, grid_.width}, at::kFloat);
    int64_t objects = 0;
    for (int64_t i = 0; i < batch.count; ++i) {
      float* const out = values.data_ptr<float>() + i * grid_.planes() * grid_.places();
      objects += boxes_to_grid(batch.boxes[static_cast<size_t>(i)], grid_, out);
    }
    return {values.to(spec_.device), static_cast<double>(std::max<int64_t>(objects, 1))};
  }

  Tensor loss(const Tensor& outputs, const SceneTargets& targets) const override {
    const int64_t classes = spec_.classes;
    const Tensor logits = outputs.narrow(1, 0, classes);
    const Tensor heat = targets.values.narrow(1, 0, classes), counted = targets.values.narrow(1, classes, classes);
    const Tensor sides = targets.values.narrow(1, 2 * classes, kSides), weight = targets.values.select(1, 2 * classes + kSides);
    const Tensor middle = heat.eq(1).to(logits.scalar_type());
    const Tensor p = at::sigmoid(logits);
    const Tensor at_middles = middle * (1 - p).square() * at::log_sigmoid(logits);
    const Tensor elsewhere = (1 - middle) * counted * (1 - heat).square().square() * p.square() * at::log_sigmoid(-logits);
    const Tensor boxes = distances_of(outputs.narrow(1, classes, kSides), static_cast<double>(spec_.stride));
    const Tensor off = (weight * (1 - generalized_overlap(boxes, sides))).sum();
    return (kBoxWeight * off - (at_middles + elsewhere).sum()) / targets.weight;
  }

  std::unique_ptr<SceneMeter> meter(const loader::SceneTable& test) const override { return std::make_unique<DetectionMeter>(spec_, test); }

 private:
  SceneTaskSpec spec_;
  BoxGrid grid_;
};

}  // namespace

std::unique_ptr<SceneTask> make_detection(const SceneTaskSpec& spec) {
  return std::make_unique<Detection>(spec);
}

}  // namespace decant::train
