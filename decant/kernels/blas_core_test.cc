#include "decant/kernels/blas_core.h"

#include <gtest/gtest.h>

namespace decant {
namespace {

TEST(BlasCore, KernelsOlderThanTheProcessorAreReplaced) {
  EXPECT_EQ(better_blas_core("Prescott", {.avx2 = true, .avx512 = true}), "SkylakeX");
  EXPECT_EQ(better_blas_core("Prescott", {.avx2 = true}), "Haswell");
  EXPECT_EQ(better_blas_core("Nehalem", {.avx2 = true}), "Haswell");
}

TEST(BlasCore, RightAndUnknownKernelsStay) {
  EXPECT_EQ(better_blas_core("Prescott", {}), "");
  EXPECT_EQ(better_blas_core("Haswell", {.avx2 = true, .avx512 = true}), "");
  EXPECT_EQ(better_blas_core("SkylakeX", {.avx2 = true, .avx512 = true}), "");
  EXPECT_EQ(better_blas_core("Cooperlake", {.avx2 = true, .avx512 = true}), "");
  EXPECT_EQ(better_blas_core("", {.avx2 = true, .avx512 = true}), "");
}

}  // namespace
}  // namespace decant
