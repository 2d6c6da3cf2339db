// What is learnt, and how it is measured. The loop (steps.h), an update (training.h) and saved
// states (resume.h) know no more of a training than this, so another kind of training is one file:
// a Task: classification.h, autoencoding.h. Detectors, segmenters and language models will differ
// from them in module, loss and meter, and in what `inputs` and `targets` are.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/metric.h"
#include "decant/nn/module.h"

namespace decant::train {

/// What else the pictures of a batch show (train/cutmix.h).
struct Partners {
  double own_share = 1;           ///< of each picture that is its own; 1 = there are none, and nothing below
  at::Tensor targets = {};        ///< as Batch's
  std::span<const int64_t> rows;  ///< as Batch's
};

/// Valid until the next call of next().
struct Batch {
  int64_t number = 0;             ///< from 0
  int64_t count = 0;              ///< samples in it
  at::Tensor inputs;              ///< (count, …), on the device: pictures, float32 (count, channels, height, width) in channels-last
  at::Tensor targets;             ///< (count, …), on the device: labels, int64 (count); kept patches, int64 (count, kept)
  std::span<const int64_t> rows;  ///< (count) where they come from
  Partners partners = {};
};

class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// The next batch, or null after the last. Throws what decoding throws, at the place of the
  /// stream where it happened, and Cancelled.
  virtual const Batch* next() = 0;
  /// Seconds that next() has taken.
  virtual double waited() const = 0;
};

/// What a module gave for a batch, detached; empty where a task has no such thing.
struct Outputs {
  at::Tensor embedding;  ///< (count, embedding width)
  at::Tensor logits;     ///< (count, classes)
};

/// Adds up one measurement over the batches of a test.
class Meter {
 public:
  virtual ~Meter() = default;
  /// `pass`: in evaluation mode; called without gradients. Leaves its sums on the device.
  virtual void add(const nn::Pass& pass, const Batch& batch) = 0;
  /// Over everything added, read back from the device. REQUIRES: something was.
  virtual double value() const = 0;
  /// What the module gave for every row, one after another; empty unless the job asks to keep it.
  virtual std::vector<float> logits() const { return {}; }
};

class Task {
 public:
  virtual ~Task() = default;
  virtual const nn::Module& module() const = 0;
  virtual c10::Device device() const = 0;
  /// Samples first … first + samples − 1 of an endless stream of shuffled epochs, in batches; the
  /// last one may be short. The task must outlive the source.
  virtual std::unique_ptr<BatchSource> batches(int64_t first, int64_t samples, const Context& context) const = 0;
  /// Every test row once. REQUIRES: test_rows() > 0.
  virtual std::unique_ptr<BatchSource> test_batches(const Context& context) const = 0;
  virtual int64_t test_rows() const = 0;
  /// One value, part of a graph that begins at the pass's parameters. `seen`, unless null, gets
  /// what the module gave.
  virtual at::Tensor loss(const nn::Pass& pass, const Batch& batch, Outputs* seen) const = 0;
  virtual std::unique_ptr<Meter> meter() const = 0;
  /// The same of test rows that are moved against the module; null where a task has no such.
  virtual std::unique_ptr<Meter> attacked_meter() const { return nullptr; }
  /// What the meter's value is.
  virtual Metric metric() const = 0;
  /// What is said in the weights file besides the tensors, by name.
  virtual std::map<std::string, std::string> notes() const { return {}; }
};

}  // namespace decant::train
