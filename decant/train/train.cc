#include "decant/train/train.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/train/schedule.h"

namespace decant::train {
namespace {

void require(bool holds, std::string_view option, const std::string& what, std::string_view remedy) {
  if (holds) return;
  throw InputError({.file = {}, .place = std::string(option), .what = what, .remedy = std::string(remedy)});
}

void require_range(double value, double low, double high, std::string_view option) {
  require(std::isfinite(value) && value >= low && value <= high, option, fmt::format("{} is out of range", value),
          fmt::format("Give a number from {} to {}", low, high));
}

void require_name(const std::string& name, std::array<std::string_view, 2> known, std::string_view option) {
  require(std::ranges::find(known, name) != known.end(), option, fmt::format("'{}' is not known", name),
          fmt::format("Use {} or {}", known[0], known[1]));
}

}  // namespace

void TrainOptions::declare(OptionTable& table) {
  table.add("net", net, "NET", "quick, convnet3, lenet, mlp, resnet18, resnet20, vit, …");
  table.add("steps", steps, "N", "parameter updates, independent of the size of the set");
  table.add("epochs", epochs, "N", "epochs (of the full set) instead of steps");
  table.add("batch", batch, "N", "pictures per step");
  table.add("optimizer", optimizer, "NAME", "sgd or adamw");
  table.add("learning-rate", learning_rate, "RATE", "peak");
  table.add("momentum", momentum, "M", "of sgd");
  table.add("weight-decay", weight_decay, "W", "applies to weights, not to norms and biases");
  table.add("schedule", schedule, "NAME", "linear, cosine, step or constant");
  table.add("warmup", warmup, "SHARE", "fraction of the steps spent rising to the peak");
  table.add("label-smoothing", label_smoothing, "S", "0 = none");
  table.add("crop", crop, "PIXELS", "reflect-pad by this much and crop at random; 0 = off");
  table.add_off("no-flip", flip, "do not flip pictures at random");
  table.add("image-size", image_size, "PIXELS", "image size of the network input; 0 = that of the pictures, at most 64");
  table.add("seed", seed, "N", "determines weights, order and augmentation");
  table.add("device", device, "DEV", "cpu or cuda");
}

int64_t steps_of(const TrainOptions& options, int64_t rows) {
  return options.epochs > 0 ? std::max<int64_t>(1, options.epochs * rows / options.batch) : options.steps;
}

void check(const TrainOptions& options) {
  require_range(static_cast<double>(options.steps), 1, 1e9, "steps");
  require_range(options.batch, 1, 65536, "batch");
  require_range(options.learning_rate, 0, 1e6, "learning rate");
  require_range(options.momentum, 0, 0.9999, "momentum");
  require_range(options.weight_decay, 0, 1e3, "weight decay");
  require_range(options.warmup, 0, 1, "warm-up");
  require_range(options.label_smoothing, 0, 1, "label smoothing");
  require_range(options.crop, 0, 1024, "crop");
  require_range(options.image_size, 0, 4096, "image size");
  require_name(options.optimizer, {"sgd", "adamw"}, "optimizer");
  decay_named(options.schedule);
}

}  // namespace decant::train
