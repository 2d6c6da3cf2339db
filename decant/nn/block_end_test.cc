#include "decant/nn/block_end.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/relu.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/test_support.h"
#include "decant/nn/network.h"

namespace decant::nn {
namespace {

struct BlockInputs {
  Tensor maps, weight, bias;

  static BlockInputs drawn(at::IntArrayRef shape, at::ScalarType type) {
    BlockInputs in{at::randn(shape, at::kDouble), at::randn({shape[1]}, at::kDouble), at::randn({shape[1]}, at::kDouble)};
    in.maps = in.maps.to(type).contiguous(at::MemoryFormat::ChannelsLast);
    for (Tensor* tensor : {&in.maps, &in.weight, &in.bias}) *tensor = tensor->to(type).detach().set_requires_grad(true);
    return in;
  }
  Tensor in_one_step() const { return instance_norm_relu_mean(maps, {weight, bias, 1e-5}); }
  Tensor one_by_one() const { return at::avg_pool2d(at::relu(at::group_norm(maps, maps.size(1), weight, bias, 1e-5)), 2); }
  /// The output, and the gradients of a weighted sum of it.
  Tensors outcome_over(const Tensor& out) const {
    const Tensor weights = (at::arange(out.numel(), at::kDouble).reshape(out.sizes()) * 0.7).sin().to(out.scalar_type());
    Tensors all = torch::autograd::grad({(out * weights).sum()}, {maps, weight, bias});
    all.push_back(out.detach());
    return all;
  }
};

void expect_same(const Tensors& a, const Tensors& b, double within) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(at::allclose(a[i], b[i], within, within)) << i;
}

TEST(BlockEnd, InOneStepEqualsOneByOne) {
  for (const at::IntArrayRef shape : {at::IntArrayRef{3, 5, 8, 8}, at::IntArrayRef{2, 32, 7, 5}, at::IntArrayRef{1, 1, 2, 2}}) {
    const BlockInputs exact = BlockInputs::drawn(shape, at::kDouble);
    expect_same(exact.outcome_over(exact.in_one_step()), exact.outcome_over(exact.one_by_one()), 1e-9);
    const BlockInputs single = BlockInputs::drawn(shape, at::kFloat);
    expect_same(single.outcome_over(single.in_one_step()), single.outcome_over(single.one_by_one()), 1e-4);
  }
}

TEST(BlockEnd, DoesNotDependOnThreads) {
  const BlockInputs in = BlockInputs::drawn({16, 8, 6, 6}, at::kFloat);
  at::set_num_threads(1);
  const Tensors alone = in.outcome_over(in.in_one_step());
  at::set_num_threads(3);
  const Tensors shared = in.outcome_over(in.in_one_step());
  at::set_num_threads(1);
  for (size_t i = 0; i < alone.size(); ++i) EXPECT_TRUE(alone[i].equal(shared[i])) << i;
}

TEST(BlockEnd, HasNoSecondDerivative) {
  const BlockInputs in = BlockInputs::drawn({1, 2, 4, 4}, at::kDouble);
  EXPECT_THROW(torch::autograd::grad({in.in_one_step().sum()}, {in.maps}, {}, {}, /*create_graph=*/true), BugError);
}

TEST(BlockEnd, TakesWhatItCanAlone) {
  const Tensor maps = at::randn({2, 3, 4, 4});
  EXPECT_FALSE(takes_block_end(maps)) << "not in channels-last";
  EXPECT_TRUE(takes_block_end(maps.contiguous(at::MemoryFormat::ChannelsLast)));
  EXPECT_FALSE(takes_block_end(maps.to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast)));
  EXPECT_FALSE(takes_block_end(at::randn({2, 3, 1, 4}).contiguous(at::MemoryFormat::ChannelsLast)));
}

// What the distillation field trains, told that nobody asks for a second derivative.
TEST(BlockEnd, IsWhatAConvNetTakes) {
  const auto network = make_network({"convnet+width=8", {14, 14, 3}, 4});
  State state = initial_state(*network, Random(3));
  for (Tensor& parameter : state.parameters) parameter.set_requires_grad(true);
  const Tensor images = at::randn({5, 3, 14, 14});
  const auto gradients = [&](bool once) {
    const Tensor logits =
        network->forward({.parameters = state.parameters, .buffers = state.buffers, .training = true, .once = once}, images);
    return torch::autograd::grad({logits.square().sum()}, state.parameters);
  };
  expect_same(gradients(true), gradients(false), 2e-3);
}

}  // namespace
}  // namespace decant::nn
