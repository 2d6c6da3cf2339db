#include "decant/nn/tensor_memory.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>
#include <thread>

namespace decant::nn {
namespace {

TEST(MemoryReuse, HandsOutAFreedBlockAgainWhileAScopeLives) {
  const MemoryReuse scope;
  const void* first = nullptr;
  {
    const at::Tensor tensor = at::empty({100, 1000}, at::kFloat);
    first = tensor.data_ptr();
    EXPECT_EQ(reinterpret_cast<uintptr_t>(first) % 64, 0U);
  }
  EXPECT_NE(at::empty({200, 1000}, at::kFloat).data_ptr(), first);  // too small for that
  EXPECT_NE(at::empty({50, 1000}, at::kFloat).data_ptr(), first);   // too wasteful
  EXPECT_EQ(at::empty({99, 1000}, at::kFloat).data_ptr(), first);
}

TEST(MemoryReuse, TensorsOutliveTheScopeAndMayEndInAnotherThread) {
  at::Tensor large;
  at::Tensor small;
  {
    const MemoryReuse scope;
    large = at::full({3 << 20}, 2.0, at::kFloat);
    small = at::full({3}, 3.0, at::kFloat);
    EXPECT_EQ(at::empty({0}, at::kFloat).numel(), 0);
  }
  EXPECT_EQ(large.sum().item<float>(), 6 << 20);
  EXPECT_EQ(small.sum().item<float>(), 9);
  std::thread([tensor = std::move(large)]() mutable { tensor.reset(); }).join();
}

}  // namespace
}  // namespace decant::nn
