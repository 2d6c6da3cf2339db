#include "decant/kernels/gemm.h"

#include <cblas.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"

namespace decant {
namespace {

using testing::ElementsAre;

TEST(Gemm, MultipliesWithStrides) {
  float a[] = {1, 2, 99, 3, 4, 99};  // 2 × 2, stride 3
  float b[] = {5, 6, 7, 8, 9, 10};   // 2 × 3
  float c[] = {-1, -1, -1, -1, -1, -1};
  multiply({a, 2, 2, 3}, {b, 2, 3}, {c, 2, 3});
  EXPECT_THAT(c, ElementsAre(21, 24, 27, 47, 54, 61));
  multiply_transposed({a, 2, 2, 3}, {b, 3, 2}, {c, 2, 3});
  EXPECT_THAT(c, ElementsAre(17, 23, 29, 39, 53, 67));
  EXPECT_THROW(multiply({a, 2, 2, 3}, {b, 3, 2}, {c, 2, 2}), BugError);
}

TEST(Gemm, EmptySumIsZero) {
  float c[] = {7, 7};
  multiply({nullptr, 2, 0}, {nullptr, 0, 1}, {c, 2, 1});
  EXPECT_THAT(c, ElementsAre(0, 0));
}

TEST(BlasThreads, AreAsManyAsAskedAndOneAgainAfterwards) {
  openblas_set_num_threads(2);
  {
    const BlasThreads one(1);
    const BlasThreads another(1);
    EXPECT_EQ(openblas_get_num_threads(), 1);
  }
  {
    const BlasThreads two(2);
    float c[] = {0};
    multiply({c, 1, 1}, {c, 1, 1}, {c, 1, 1});
    EXPECT_EQ(openblas_get_num_threads(), 2);
  }
  EXPECT_EQ(openblas_get_num_threads(), 1);
}

}  // namespace
}  // namespace decant
