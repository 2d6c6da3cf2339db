// A metric of an evaluation: name, unit, and which direction is better. Tables, verdicts, files and
// pages take all of it from here.
#pragma once

#include <limits>
#include <string>

namespace decant {

struct Metric {
  std::string name;   ///< in files: "top-1", "mAP", "token loss"
  std::string title;  ///< in tables and sentences: "accuracy"
  std::string unit;   ///< of value · scale: "%", "nats per token"
  double scale = 1;   ///< values are kept unscaled
  double least = 0;   ///< bounds of a value, which a file is checked against; infinite where there are none
  double most = 1;
  int decimals = 1;  ///< of value · scale in sentences; tables have one more
  bool higher_is_better = true;
  std::string of_class = {};  ///< the class that it is measured of; empty = of all

  /// Of a difference · scale: that of two percentages is in points.
  std::string difference_unit() const { return unit == "%" ? "points" : unit; }
  /// A difference with the sign that makes larger better.
  double improvement(double difference) const { return higher_is_better ? difference : -difference; }

  friend bool operator==(const Metric&, const Metric&) = default;
};

/// The share of test rows whose class is answered right.
inline Metric top_1() {
  return {.name = "top-1", .title = "accuracy", .unit = "%", .scale = 100};
}

/// How badly a model predicts text that it was not trained on: −ln of the probability of a token,
/// over all tokens of the test rows alike.
inline Metric token_loss() {
  return {.name = "token loss",
          .title = "loss",
          .unit = "nats per token",
          .most = std::numeric_limits<double>::infinity(),
          .decimals = 3,
          .higher_is_better = false};
}

/// The same as the mean over records of the mean over a record's tokens, so that long records weigh
/// no more than short ones.
inline Metric record_loss() {
  Metric metric = token_loss();
  metric.name = "record loss";
  metric.title = "loss, mean of records";
  return metric;
}

/// How well pixels that were hidden are predicted: the peak signal-to-noise ratio.
inline Metric hidden_psnr() {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  return {.name = "psnr", .title = "PSNR of hidden patches", .unit = "dB", .least = -kNone, .most = kNone, .decimals = 2};
}

/// COCO's, of boxes (metrics/average_precision.h): the mean over IoU from 0.5 to 0.95, and at 0.5.
inline Metric average_precision() {
  return {.name = "AP", .title = "AP", .unit = "%", .scale = 100};
}
inline Metric average_precision_50() {
  return {.name = "AP50", .title = "AP50", .unit = "%", .scale = 100};
}

/// Of masks (metrics/mean_iou.h).
inline Metric mean_iou() {
  return {.name = "mean IoU", .title = "mean IoU", .unit = "%", .scale = 100};
}
inline Metric iou() {
  return {.name = "IoU", .title = "IoU", .unit = "%", .scale = 100};
}

}  // namespace decant
