#include "decant/train/language.h"

#include <cmath>

#include "decant/base/errors.h"

namespace decant::train {
namespace {

void require_within(bool sound, const char* option, const std::string& range) {
  if (!sound) throw InputError({"", option, "is out of range", "Give " + range});
}

}  // namespace

void LanguageOptions::declare(OptionTable& table) {
  table.add("net", net, "NAME", "gpt-mini, or gpt for a GPU");
  table.add("steps", steps, "N", "parameter updates, the same for a full and a small set");
  table.add("batch", batch, "N", "windows of records per step");
  table.add("context", context, "N", "tokens that a causal network can look back on");
  table.add("learning-rate", learning_rate, "R", "peak");
  table.add("weight-decay", weight_decay, "D", "of weights, not of norms, biases and the table of tokens");
  table.add("warmup", warmup, "SHARE", "of the steps, rising linearly to the peak");
  table.add("seed", seed, "N", "initial weights and order");
  table.add("device", device, "NAME", "cpu or cuda");
}

void check(const LanguageOptions& options) {
  require_within(options.steps >= 1, "steps", "1 or more");
  require_within(options.batch >= 1 && options.batch <= 1 << 16, "batch", "1 to 65536");
  require_within(options.context >= 2 && options.context <= 1 << 14, "context", "2 to 16384");
  require_within(std::isfinite(options.learning_rate) && options.learning_rate > 0, "learning-rate", "a number above 0");
  require_within(std::isfinite(options.weight_decay) && options.weight_decay >= 0, "weight-decay", "0 or more");
  require_within(options.warmup >= 0 && options.warmup < 1, "warmup", "a share from 0, below 1");
}

}  // namespace decant::train
