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
