#include "decant/distill/torch/unrolled_parts.h"

#include <ATen/ops/full.h>
#include <cmath>

#include "decant/distill/torch/augmenting.h"

namespace decant::distill {

Learnt log_rate(double rate, int64_t count, const RealRows& real) {
  const Tensor value = at::full({count}, std::log(rate), at::TensorOptions(at::kFloat).device(real.device()));
  return {"log rate", value.set_requires_grad(true)};
}

std::unique_ptr<Synthetic> set_with_rate(const Setting& setting, std::unique_ptr<Parameterization> pictures, const Learnt& rate) {
  const int64_t classes = setting.real.classes();
  const Tensor targets = one_hot_targets(classes, pictures->per_class()).to(setting.real.device());
  auto set = std::make_unique<Synthetic>(std::move(pictures), classes, targets, setting.soft() ? 1 : 0, std::vector<Learnt>{rate});
  set->keep_distributions();
  return set;
}

std::unique_ptr<Synthetic> pixels_with_rate(const Setting& setting, const Learnt& rate) {
  return set_with_rate(setting, make_pixels(setting.first_pictures(), setting.real.classes()), rate);
}

void augment_each(InnerBatches& batches, const std::string& how, Random random) {
  if (how.empty() || how == "none") return;
  batches.augment = [how, seed = random.bits64()](int64_t update, const Tensor& pictures) {
    Random own(seed, "update", static_cast<uint64_t>(update));
    return augmented(how, pictures, own);
  };
}

}  // namespace decant::distill
