// The closed form against a plain loop, against wide finite networks, and its gradient against
// finite differences.
#include "decant/distill/torch/ntk.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <cmath>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "decant/distill/torch/gradient_checks_for_tests.h"

namespace decant::distill {
namespace {

struct Pair {
  double nngp, ntk;
};

struct Moments {
  double xx, yy, xy;
};

/// The recursion of ntk.h for two points, number by number.
Pair plain_kernels(const double* x, const double* y, int64_t d, const WideNet& net) {
  const double weight = net.weight_deviation * net.weight_deviation;
  const double bias = net.bias_deviation * net.bias_deviation;
  Moments k{0, 0, 0};
  for (int64_t i = 0; i < d; ++i) {
    k.xx += x[i] * x[i];
    k.yy += y[i] * y[i];
    k.xy += x[i] * y[i];
  }
  const auto n = static_cast<double>(d);
  k = {weight * k.xx / n + bias, weight * k.yy / n + bias, weight * k.xy / n + bias};
  double ntk = k.xy;
  for (int layer = 0; layer < net.depth; ++layer) {
    const double size = std::sqrt(k.xx * k.yy);
    const double angle = std::acos(std::clamp(k.xy / size, -kLargestCosine, kLargestCosine));
    const double share = (M_PI - angle) / (2 * M_PI);
    const double next = weight * size * (std::sin(angle) / (2 * M_PI) + share * std::cos(angle)) + bias;
    ntk = next + weight * ntk * share;
    k = {weight * k.xx / 2 + bias, weight * k.yy / 2 + bias, next};
  }
  return {k.xy, ntk};
}

TEST(WideKernels, EqualThePlainLoop) {
  const Tensor a = drawn({5, 7}, "a");
  const Tensor b = drawn({4, 7}, "b");
  for (const int depth : {0, 1, 2, 4}) {
    const WideNet net{.depth = depth, .weight_deviation = 1.3, .bias_deviation = 0.2};
    const WideKernels kernels = wide_kernels(kernel_points(a), kernel_points(b), net);
    for (int64_t i = 0; i < 5; ++i) {
      for (int64_t j = 0; j < 4; ++j) {
        const Pair plain = plain_kernels(a.data_ptr<double>() + 7 * i, b.data_ptr<double>() + 7 * j, 7, net);
        EXPECT_NEAR(kernels.nngp[i][j].item<double>(), plain.nngp, 1e-13 * std::abs(plain.nngp) + 1e-14) << depth;
        EXPECT_NEAR(kernels.ntk[i][j].item<double>(), plain.ntk, 1e-13 * std::abs(plain.ntk) + 1e-14) << depth;
      }
    }
  }
}

/// A network of ntk.h with two ReLU layers of finite width, drawn by number.
struct FiniteNet {
  FiniteNet(int64_t inputs, int64_t wide, const WideNet& of, int number)
      : net(of), width(wide), tensors{draw({wide, inputs}, number, 1), draw({wide}, number, 2),    draw({wide, wide}, number, 3),
                                      draw({wide}, number, 4),         draw({1, wide}, number, 5), draw({1}, number, 6)} {}

  static Tensor draw(at::IntArrayRef shape, int number, int layer) {
    return drawn(shape, fmt::format("net {} layer {}", number, layer)).set_requires_grad(true);
  }
  Tensor map(const Tensor& x, size_t weight) const {
    const double scale = net.weight_deviation / std::sqrt(static_cast<double>(x.size(1)));
    return scale * x.matmul(tensors[weight].t()) + net.bias_deviation * tensors[weight + 1];
  }
  Tensor hidden(const Tensor& x) const { return at::relu(map(at::relu(map(x, 0)), 2)); }

  /// The covariance of the outputs over the draws of the last map.
  Tensor nngp(const Tensor& x) const {
    const Tensor last = hidden(x).detach();
    const double weight = net.weight_deviation * net.weight_deviation;
    return last.matmul(last.t()) * (weight / static_cast<double>(width)) + net.bias_deviation * net.bias_deviation;
  }
  /// Products of the slopes of the outputs.
  Tensor ntk(const Tensor& x) const {
    std::vector<Tensor> rows;
    for (int64_t i = 0; i < x.size(0); ++i) {
      std::vector<Tensor> parts = torch::autograd::grad({map(hidden(x.narrow(0, i, 1)), 4).sum()}, tensors);
      for (Tensor& part : parts) part = part.flatten();
      rows.push_back(at::cat(parts));
    }
    const Tensor slopes = at::stack(rows);
    return slopes.matmul(slopes.t());
  }

  WideNet net;
  int64_t width;
  std::vector<Tensor> tensors;
};

// The mean square of a layer of w ReLU units is off by √(5/w) of itself, so that of 40 nets of
// width 384 by 1.8 %, and twice that layer after layer; 6 % of the largest value is asked for.
TEST(WideKernels, AreTheLimitOfFiniteNetworks) {
  constexpr int kNets = 40;
  const WideNet net{.depth = 2};
  const Tensor x = drawn({3, 6}, "x");
  const WideKernels kernels = wide_kernels(kernel_points(x), kernel_points(x), net);
  WideKernels mean{at::zeros({3, 3}, at::kDouble), at::zeros({3, 3}, at::kDouble)};
  for (int i = 0; i < kNets; ++i) {
    const FiniteNet finite(6, 384, net, i);
    mean.nngp += finite.nngp(x) / kNets;
    mean.ntk += finite.ntk(x) / kNets;
  }
  EXPECT_LT((mean.nngp - kernels.nngp).abs().max().item<double>(), 0.06 * kernels.nngp.max().item<double>());
  EXPECT_LT((mean.ntk - kernels.ntk).abs().max().item<double>(), 0.06 * kernels.ntk.max().item<double>());
}

TEST(WideKernels, HaveTheGradientOfFiniteDifferences) {
  const Tensor a = drawn({4, 6}, "a");
  const Tensor b = drawn({3, 6}, "b");
  const Tensor pull = drawn({4, 3}, "pull");
  const Tensor pull_own = drawn({4, 4}, "pull own");
  for (const int depth : {1, 3}) {
    const WideNet net{.depth = depth};
    const auto of_others = [&](const Tensor& x) {
      const WideKernels kernels = wide_kernels(kernel_points(x), kernel_points(b), net);
      return (kernels.ntk * pull).sum() + (kernels.nngp * pull).sum();
    };
    const auto of_own = [&](const Tensor& x) { return (wide_kernels(kernel_points(x), kernel_points(x), net).ntk * pull_own).sum(); };
    EXPECT_LT(gradient_fault(of_others, a), 1e-6);
    EXPECT_LT(gradient_fault(of_own, a), 1e-6);
  }
}

// Equal pictures, opposite ones and black ones are where arccos and the root have no slope.
TEST(WideKernels, StayFiniteWhereTheSlopeEnds) {
  Tensor a = drawn({4, 6}, "a");
  a[1].copy_(a[0]);
  a[2].copy_(-a[0]);
  a[3].zero_();
  a.set_requires_grad(true);
  const WideKernels kernels = wide_kernels(kernel_points(a), kernel_points(a), {});
  const Tensor gradient = torch::autograd::grad({kernels.ntk.sum()}, {a})[0];
  EXPECT_TRUE(kernels.ntk.isfinite().all().item<bool>());
  EXPECT_TRUE(gradient.isfinite().all().item<bool>());
  EXPECT_NEAR(kernels.ntk[0][1].item<double>(), kernels.ntk[0][0].item<double>(), 1e-12);
}

}  // namespace
}  // namespace decant::distill
