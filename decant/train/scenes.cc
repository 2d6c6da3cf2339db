#include "decant/train/scenes.h"

#include <algorithm>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/train/pixel_statistics.h"

namespace decant::train {
namespace {

void require_between(bool sound, const char* option, const std::string& range) {
  if (!sound) throw InputError({"", option, "is out of range", "Give " + range});
}

bool is_number(double value, double low) {
  return std::isfinite(value) && value >= low;
}

}  // namespace

void SceneOptions::declare(OptionTable& table) {
  table.add("net", net, "NAME", "centre for objects, pyramid for masks; with options: centre+backbone=mobilenetv2");
  table.add("backbone", backbone, "FILE", "weights of the backbone (safetensors), which stay as they are; default: trained from scratch");
  table.add("tune", tune, "train the backbone as well, from the weights of --backbone on").silent_at = "false";
  table.add("steps", steps, "N", "parameter updates, the same for a full and a small set");
  table.add("batch", batch, "N", "pictures per step");
  table.add("learning-rate", learning_rate, "R", "peak");
  table.add("weight-decay", weight_decay, "D", "of weights, not of norms and biases");
  table.add("warmup", warmup, "SHARE", "of the steps, rising linearly to the peak");
  table.add("clip-norm", clip, "N", "the gradient's norm is cut to this; 0 = not");
  table.add("image-size", image_size, "PIXELS", "longer side of the frame that pictures are scaled to");
  table.add("stretch", stretch, "pictures fill the frame, out of proportion where they have other shapes").silent_at = "false";
  table.add("crop", crop, "PIXELS", "pictures are shifted at random by this much; 0 = off");
  table.add_off("no-flip", flip, "do not flip pictures at random");
  table.add("normalise", normalise, "M/D", "mean and deviation of pixels in [0, 1]; default: ImageNet's, or the training pictures'");
  table.add("seed", seed, "N", "initial weights, order and augmentation");
  table.add("device", device, "NAME", "cpu or cuda");
  table.add("precision", precision, "TYPE", "of convolutions in training: float32 or bfloat16").silent_at = "float32";
}

void check(const SceneOptions& options) {
  require_between(options.steps >= 1, "steps", "1 or more");
  require_between(options.batch >= 1 && options.batch <= 1 << 12, "batch", "1 to 4096");
  require_between(is_number(options.learning_rate, 0) && options.learning_rate > 0, "learning-rate", "a number above 0");
  require_between(is_number(options.weight_decay, 0), "weight-decay", "0 or more");
  require_between(options.warmup >= 0 && options.warmup < 1, "warmup", "a share from 0, below 1");
  require_between(is_number(options.clip, 0), "clip-norm", "0 or more");
  require_between(options.image_size >= 32 && options.image_size <= 4096, "image-size", "32 to 4096");
  require_between(options.crop >= 0 && options.crop < options.image_size, "crop", "0 or more, below the image size");
  if (options.crop > 0 && !options.backbone.empty() && !options.tune)
    throw InputError({"", "crop", "shifts pictures, and with --backbone what a network makes of them is computed once",
                      "Omit --crop, or train the backbone as well with --tune"});
  require_between(options.precision == "float32" || options.precision == "bfloat16", "precision", "float32 or bfloat16");
  pixel_statistics_from(options.normalise);
}

std::vector<Metric> scene_metrics(CountedIn taught, std::span<const std::string> classes) {
  const bool objects = taught == CountedIn::objects;
  std::vector<Metric> metrics = objects ? std::vector{average_precision(), average_precision_50()} : std::vector{mean_iou()};
  for (const std::string& name : classes) {
    Metric metric = objects ? average_precision_50() : iou();
    metric.name += " " + name;
    metric.of_class = name;
    if (std::ranges::count(metrics, metric.name, &Metric::name) > 0)
      metric.name += fmt::format(" ({})", metrics.size());  // two of one name
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

}  // namespace decant::train
