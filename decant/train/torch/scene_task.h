// What differs between detectors and segmenters in training: what a batch teaches, its loss, and
// how well a picture's outputs agree with it. scenes.cc has the training around it. Adding another:
// a file with the task, and a case in scene_task_for().
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>  // first: clang rejects libtorch 1.13 otherwise
#include <memory>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/targets.h"
#include "decant/loader/scene_batches.h"

namespace decant::train {

/// Of one batch, on the device.
struct SceneTargets {
  at::Tensor values;
  double weight = 1;  ///< what the loss is divided by: objects, or pixels that count
};

/// Adds up what is measured over pictures.
class SceneMeter {
 public:
  virtual ~SceneMeter() = default;
  /// `outputs`: of the head, for the frames of these rows as they are.
  virtual void add(const at::Tensor& outputs, std::span<const int64_t> rows) = 0;
  /// In the order of scene_metrics().
  virtual std::vector<double> values(const Context& context) const = 0;
};

class SceneTask {
 public:
  virtual ~SceneTask() = default;
  virtual SceneTargets targets(const loader::SceneBatch& batch) const = 0;
  virtual at::Tensor loss(const at::Tensor& outputs, const SceneTargets& targets) const = 0;
  /// Throws InputError where the table's rows hold nothing to measure.
  virtual std::unique_ptr<SceneMeter> meter(const loader::SceneTable& test) const = 0;
};

struct SceneTaskSpec {
  ImageSize frame;
  int64_t stride = 0;  ///< of the outputs' places
  int classes = 0;
  at::Device device = at::kCPU;
};

std::unique_ptr<SceneTask> make_detection(const SceneTaskSpec& spec);
std::unique_ptr<SceneTask> make_segmentation(const SceneTaskSpec& spec);
std::unique_ptr<SceneTask> scene_task_for(CountedIn taught, const SceneTaskSpec& spec);

}  // namespace decant::train
