#include "decant/distill/distill.h"

#include <cmath>

#include "decant/base/errors.h"

namespace decant::distill {
namespace {

void require_range(double value, double low, double high, const char* option) {
  if (std::isfinite(value) && value >= low && value <= high) return;
  throw InputError({"", option, fmt::format("{} is out of range", value), fmt::format("Give a number from {} to {}", low, high)});
}

}  // namespace

void DistillOptions::declare(OptionTable& table) {
  table.add("method", method, "METHOD", "what is matched: dm, dc, dsa, kip, mtt, … (docs/distill.md)");
  table.add("per-class", per_class, "N", "pictures of each class");
  table.add("net", net, "NET", "network that looks at the pictures: convnet3, convnet+width=64, …");
  table.add("steps", steps, "N", "steps of the loop; 0 = as many as fit --budget, or as the method usually takes");
  table.add("init", init, "HOW", "first pictures: random (real ones), herding, k-means or noise; default: the method's");
  table.add("teach", labels, "LABELS",
            "hard labels; soft ones that are learnt with the pictures; or soft:views=10,bits=4, what a teacher says of them; default: the "
            "method's");
  table.add("augment", augment, "OPS", "augmentation of real and synthetic pictures alike: dsa, none; default: the method's");
  table.add("real-batch", real_batch, "N", "real pictures a step, of each class where classes go one by one; 0 = the method's");
  table.add("rate", rate, "RATE", "learning rate of the pictures; 0 = the method's");
  table.add("schedule", schedule, "DECAY", "how that rate falls: constant, linear, cosine, half, step; default: the method's");
  table.add("projection", projection, "WHEN",
            "cut pixels off at their range: on (after each step), end (when they are finished) or off; default: the method's");
  table.add("image-size", image_size, "PIXELS", "side of the pictures; 0 = that of the real ones, at most 64");
  table.add("seed", seed, "N", "determines every random choice");
  table.add("device", device, "DEV", "cpu or cuda");
  teacher.declare(table);
}

void check(const DistillOptions& options) {
  require_range(options.per_class, 1, 100'000, "per-class");
  require_range(static_cast<double>(options.steps), 0, 1e9, "steps");
  require_range(options.real_batch, 0, 1e6, "real-batch");
  require_range(options.rate, 0, 1e9, "rate");
  require_range(options.image_size, 0, 4096, "image-size");
  train::teachers_in(options.teacher);
}

}  // namespace decant::distill
