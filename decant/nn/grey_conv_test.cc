#include "decant/nn/grey_conv.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/test_support.h"

namespace decant::nn {
namespace {

/// The output, and the gradients of weight and bias of a weighted sum of it.
Tensors graded(const Tensor& out, const Tensors& of) {
  const Tensor weights = (at::arange(out.numel(), out.options()).reshape(out.sizes()) * 0.7).sin();
  Tensors all = torch::autograd::grad({(out * weights).sum()}, of);
  all.push_back(out.detach());
  return all;
}

TEST(GreyConv, IsAConvolution) {
  struct Case {
    int64_t height, width, kernel, padding;
    bool bias;
  };
  for (const Case& each : {Case{28, 28, 3, 3, true}, Case{7, 5, 3, 1, false}, Case{6, 6, 5, 0, true}, Case{3, 3, 3, 0, true}}) {
    const Tensor maps = at::randn({4, 1, each.height, each.width}, at::kDouble);
    const Tensor weight = at::randn({6, 1, each.kernel, each.kernel}, at::kDouble).set_requires_grad(true);
    const Tensor bias = each.bias ? at::randn({6}, at::kDouble).set_requires_grad(true) : Tensor();
    Tensors of{weight};
    if (each.bias) of.push_back(bias);
    const Tensors own = graded(grey_conv(maps, weight, bias, each.padding), of);
    const Tensors libtorchs = graded(at::conv2d(maps, weight, bias, 1, each.padding), of);
    for (size_t i = 0; i < own.size(); ++i) EXPECT_TRUE(at::allclose(own[i], libtorchs[i], 1e-10, 1e-10)) << each.height << " " << i;
    EXPECT_TRUE(grey_conv(maps, weight, bias, each.padding).is_contiguous(at::MemoryFormat::ChannelsLast));
  }
}

TEST(GreyConv, TakesWhatItCanAlone) {
  EXPECT_TRUE(takes_grey_conv(at::randn({2, 1, 4, 4})));
  EXPECT_FALSE(takes_grey_conv(at::randn({2, 3, 4, 4})));
  EXPECT_FALSE(takes_grey_conv(at::randn({2, 1, 4, 4}).to(at::kBFloat16)));
  EXPECT_FALSE(takes_grey_conv(at::randn({2, 1, 4, 4}).set_requires_grad(true))) << "an attack asks for the pictures' gradient";
}

TEST(GreyConv, HasNoSecondDerivative) {
  const Tensor weight = at::randn({2, 1, 3, 3}).set_requires_grad(true);
  const Tensor out = grey_conv(at::randn({1, 1, 4, 4}), weight, {}, 1);
  EXPECT_THROW(torch::autograd::grad({out.sum()}, {weight}, {}, {}, /*create_graph=*/true), BugError);
}

}  // namespace
}  // namespace decant::nn
