#include "decant/distill/torch/synthetic.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/eye.h>
#include <algorithm>
#include <tuple>

#include "decant/base/errors.h"

namespace decant::distill {

Synthetic::Synthetic(std::unique_ptr<Parameterization> pictures, int64_t classes, Tensor targets, double label_rate,
                     std::vector<Learnt> extra)
    : pictures_(std::move(pictures)),
      classes_(classes),
      targets_(targets.detach().clone()),
      labels_rate_(label_rate),
      extra_(std::move(extra)) {
  DECANT_CHECK(targets_.size(0), ==, count());
  targets_.set_requires_grad(learns_labels());
}

Samples Synthetic::of(int64_t first, int64_t count) const {
  const int64_t each = per_class();
  const Tensor classes = at::arange(first, first + count, targets_.options().dtype(at::kLong).requires_grad(false)).repeat_interleave(each);
  return {pictures_->pictures(first, count), targets_.narrow(0, first * each, count * each), classes};
}

Samples Synthetic::some(const Tensor& numbers) const {
  const Samples every = all();
  return {every.pictures.index_select(0, numbers), every.targets.index_select(0, numbers), every.classes.index_select(0, numbers)};
}

std::vector<Learnt> Synthetic::learnt() const {
  std::vector<Learnt> all = pictures_->learnt();
  if (learns_labels()) all.push_back({"labels", targets_, labels_rate_});
  all.insert(all.end(), extra_.begin(), extra_.end());
  return all;
}

Tensor Synthetic::learnt_named(const std::string& name) const {
  const std::vector<Learnt> all = learnt();
  const auto found = std::ranges::find(all, name, &Learnt::name);
  DECANT_CHECK(found == all.end(), ==, false);
  return found->value;
}

void Synthetic::project(const PixelRange& range) const {
  pictures_->project(range);
}

void Synthetic::project_labels() {
  if (learns_labels() && distributions_) targets_.copy_(nearest_distributions(targets_));
}

Tensor nearest_distributions(const Tensor& rows) {
  const Tensor falling = std::get<0>(rows.sort(1, /*descending=*/true));
  const Tensor numbers = at::arange(1, rows.size(1) + 1, rows.options().requires_grad(false));
  const Tensor thresholds = (falling.cumsum(1) - 1) / numbers;
  const Tensor above = falling.gt(thresholds).sum(1, /*keepdim=*/true) - 1;
  return (rows - thresholds.gather(1, above)).clamp_min(0);
}

Tensor one_hot_targets(int64_t classes, int64_t per_class) {
  return at::eye(classes, at::kFloat).repeat_interleave(per_class, 0);
}

}  // namespace decant::distill
