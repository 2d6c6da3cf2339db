#include "decant/nn/smooth.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/replication_pad2d.h>
#include <ATen/ops/where.h>
#include <c10/core/GradMode.h>

namespace decant::nn {
namespace {

constexpr int kSweeps = 32;
constexpr double kRadius = 0.98;  // of J: cos(π / (n + 1)) in a hole n pixels wide, 0.9808 for 15

/// Of every pixel the mean of its neighbours. Outside lies the border pixel itself, which is the
/// same equation as leaving it out.
Tensor neighbour_mean(const Tensor& x) {
  const int64_t height = x.size(2);
  const int64_t width = x.size(3);
  const Tensor wide = at::replication_pad2d(x, {1, 1, 1, 1});
  const Tensor lines = wide.narrow(3, 1, width);
  const Tensor columns = wide.narrow(2, 1, height);
  const Tensor vertical = lines.narrow(2, 0, height) + lines.narrow(2, 2, height);
  return vertical.add_(columns.narrow(3, 0, width)).add_(columns.narrow(3, 2, width)).mul_(0.25);
}

/// Of each channel of a picture.
Tensor mean_of_kept(const Tensor& known, const Tensor& kept) {
  return known.sum({2, 3}, true) / kept.to(known.scalar_type()).sum({2, 3}, true).clamp_min(1);
}

}  // namespace

Tensor smooth_fill(const Tensor& images, const Tensor& dropped) {
  const c10::NoGradGuard no_grad;
  const Tensor known = images.contiguous().masked_fill(dropped, 0);
  Tensor before = at::where(dropped, mean_of_kept(known, dropped.logical_not()), known);
  Tensor x = at::where(dropped, neighbour_mean(before), known);
  double weight = 1 / (1 - kRadius * kRadius / 2);
  for (int sweep = 1; sweep < kSweeps; ++sweep) {
    const Tensor next = at::where(dropped, (neighbour_mean(x) - before).mul_(weight).add_(before), known);
    before = x;
    x = next;
    weight = 1 / (1 - kRadius * kRadius * weight / 4);
  }
  return x;
}

}  // namespace decant::nn
