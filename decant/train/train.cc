#include "decant/train/train.h"

#include <algorithm>
#include <cmath>
#include <fmt/ranges.h>
#include <initializer_list>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/train/label_schedule.h"
#include "decant/train/pixel_statistics.h"
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

void require_name(const std::string& name, std::initializer_list<std::string_view> known, std::string_view option) {
  require(std::ranges::find(known, name) != known.end(), option, fmt::format("'{}' is not known", name),
          fmt::format("Use {}", fmt::join(known, " or ")));
}

/// Keys leave out what joined them later, where it is as it was before there was the option.
Option& later(Option& option, const std::string& value) {
  option.silent_at = value;
  return option;
}

}  // namespace

void TrainOptions::declare(OptionTable& table) {
  table.add("net", net, "NET", "quick, convnet3, lenet, mlp, resnet18, resnet20, vit, …");
  table.add("steps", steps, "N", "parameter updates, independent of the size of the set");
  table.add("epochs", epochs, "N", "epochs (of the full set) instead of steps");
  table.add("batch", batch, "N", "pictures per step");
  later(table.add("cap-batch", cap_batch, "a batch is at most the whole set; else a smaller set repeats"), "false");
  table.add("optimizer", optimizer, "NAME", "sgd (Nesterov), momentum (heavy ball) or adamw");
  table.add("learning-rate", learning_rate, "RATE", "peak");
  table.add("momentum", momentum, "M", "of sgd");
  table.add("weight-decay", weight_decay, "W", "applies to weights, not to norms and biases");
  later(table.add("decay-all", decay_all, "weight decay applies to norms and biases, too"), "false");
  table.add("schedule", schedule, "NAME", "linear, cosine, step, half, constant or restarts");
  later(table.add("clip-norm", clip_norm, "N", "largest norm of a gradient; 0 = as it is"), "0.0");
  table.add_share("warmup", warmup, "SHARE", "share of the steps spent rising to the peak");
  later(table.add("loss", loss, "NAME", "cross-entropy or mse"), "cross-entropy");
  table.add("label-smoothing", label_smoothing, "S", "of cross-entropy; 0 = none");
  later(table.add("label-scale", label_scale, "F", "of mse: factor of the centred labels"), "1.0");
  later(table.add(kSoftLabelsOption, soft_labels, "teach the soft labels of a set that has them"), "false");
  later(table.add("temperature", temperature, "T", "of stored labels of views: the higher, the more a teacher's second thoughts count"),
        "4.0");
  later(table.add("label-schedule", label_schedule, "NAME", "when these are taught: soft (always), hald or lpqld"), "soft");
  later(table.add("augment", augment, "WHAT",
                  "crop-flip, none, dsa, or operations of dsa: color_crop=0.2_rotate=45; all: or each: in front (docs/training.md)"),
        "crop-flip");
  table.add("crop", crop, "PIXELS", "reflect-pad by this much and crop at random; 0 = off");
  later(table.add_share("resized-crop", resized_crop, "SHARE",
                        "in place of --crop, crops of at least this share of the area, resized to the whole; 0 = off"),
        "0.0");
  later(table.add_share("cutmix", cutmix, "SHARE", "of the batches in which a box of each picture shows another, and teaches its class"),
        "0.0");
  table.add_off("no-flip", flip, "do not flip pictures at random");
  later(table.add("normalise", normalise, "M/D", "mean and deviation of pixels in [0, 1]; default: those of the training pictures"), "");
  table.add("image-size", image_size, "PIXELS", "image size of the network input; 0 = that of the pictures, at most 64");
  table.add("seed", seed, "N", "determines weights, order and augmentation");
  table.add("device", device, "DEV", "cpu or cuda");
  later(table.add("precision", precision, "TYPE", "of convolutions in training: float32 or bfloat16"), "float32");
}

int64_t steps_of(const TrainOptions& options, int64_t rows) {
  return options.epochs > 0 ? std::max<int64_t>(1, options.epochs * rows / batch_of(options, rows)) : options.steps;
}

int batch_of(const TrainOptions& options, int64_t rows) {
  return options.cap_batch ? static_cast<int>(std::clamp<int64_t>(rows, 1, options.batch)) : options.batch;
}

Cuts cuts_of(const TrainOptions& options) {
  if (options.augment != "crop-flip") return {};
  if (options.resized_crop > 0) return {.flip = options.flip, .resized_crop = options.resized_crop};
  return {.crop = options.crop, .flip = options.flip};
}

std::optional<SiameseOptions> siamese_of(const TrainOptions& options) {
  if (options.augment == "crop-flip" || options.augment == "none") return std::nullopt;
  SiameseOptions siamese = siamese_named(options.augment);
  if (!options.flip) siamese.remove(SiameseOperation::flip);
  return siamese;
}

std::string augmentation_in_words(const TrainOptions& options) {
  std::string words = options.augment != "crop-flip" ? options.augment : in_words(cuts_of(options));
  if (options.cutmix > 0) words += fmt::format(", CutMix in {:g} % of the batches", 100 * options.cutmix);
  return words;
}

void check(const TrainOptions& options) {
  require_range(static_cast<double>(options.steps), 1, 1e9, "steps");
  require_range(options.batch, 1, 65536, "batch");
  require_range(options.learning_rate, 0, 1e6, "learning rate");
  require_range(options.momentum, 0, 0.9999, "momentum");
  require_range(options.weight_decay, 0, 1e3, "weight decay");
  require_range(options.clip_norm, 0, 1e6, "clip norm");
  require_range(options.warmup, 0, 1, "warm-up");
  require_range(options.label_smoothing, 0, 1, "label smoothing");
  require_range(options.crop, 0, 1024, "crop");
  require_range(options.resized_crop, 0, 1, "resized crop");
  require(options.resized_crop == 0 || options.augment == "crop-flip", "resized crop",
          fmt::format("has no effect with --augment {}", options.augment), "Leave out one of the two");
  require_range(options.cutmix, 0, 1, "cutmix");
  require_range(options.image_size, 0, 4096, "image size");
  require_range(options.label_scale, 0, 1e6, "label scale");
  require_range(options.temperature, 1e-3, 1e3, "temperature");
  require_name(options.optimizer, {"sgd", "momentum", "adamw"}, "optimizer");
  require_name(options.loss, {"cross-entropy", "mse"}, "loss");
  require_name(options.precision, {"float32", "bfloat16"}, "precision");
  require(options.loss == "mse" || options.label_scale == 1, "label scale", "has no effect on cross-entropy", "Add --loss mse, or omit it");
  decay_named(options.schedule);
  label_schedule_named(options.label_schedule);
  siamese_of(options);
  pixel_statistics_from(options.normalise);
}

}  // namespace decant::train
