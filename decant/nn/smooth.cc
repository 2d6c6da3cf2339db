#include "decant/nn/smooth.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/replication_pad2d.h>
#include <ATen/ops/where.h>
#include <c10/core/GradMode.h>
#include <cmath>
#include <numbers>

namespace decant::nn {
namespace {

constexpr int kSweeps = 32;
constexpr double kErrorLeft = 0.01;
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

/// Of I − J: 0 < low ≤ λ ≤ high.
struct Spectrum {
  double low;
  double high;

  double middle() const { return (high + low) / 2; }
  double radius() const { return (high - low) / 2; }
  /// So many that 2·ρⁿ ≤ `left`, ρ = (√κ − 1) / (√κ + 1).
  int sweeps(double left) const {
    const double root = std::sqrt(high / low);
    return static_cast<int>(std::ceil(std::log(2 / left) / std::log((root + 1) / (root - 1))));
  }
};

}  // namespace

Tensor without_patch_means(const Tensor& images, int64_t side) {
  const auto cut = images.reshape({images.size(0), images.size(1), images.size(2) / side, side, images.size(3) / side, side});
  return (cut - cut.mean({3, 5}, true)).reshape(images.sizes());
}

// Y. Saad, Iterative Methods for Sparse Linear Systems, 2nd ed., algorithm 12.1.
Tensor smooth_fill_with_means(const Tensor& images, const Tensor& dropped, int64_t side) {
  const c10::NoGradGuard no_grad;
  const Spectrum spectrum{(1 - std::cos(std::numbers::pi / static_cast<double>(side))) / 2, 2};
  Tensor x = at::where(dropped, images - without_patch_means(images, side), images).contiguous();
  const auto residual = [&] { return without_patch_means(neighbour_mean(x).sub_(x), side).masked_fill_(dropped.logical_not(), 0); };
  const double ratio = spectrum.middle() / spectrum.radius();
  double before = 1 / ratio;
  Tensor step = residual().div_(spectrum.middle());
  const int sweeps = spectrum.sweeps(kErrorLeft);
  for (int sweep = 1; sweep < sweeps; ++sweep) {
    x = x + step;
    const double now = 1 / (2 * ratio - before);
    step = step.mul_(now * before).add_(residual(), 2 * now / spectrum.radius());
    before = now;
  }
  return x + step;
}

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
