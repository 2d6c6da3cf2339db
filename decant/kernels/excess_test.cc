#include "decant/kernels/excess.h"

#include <gtest/gtest.h>
#include <vector>

#include "decant/base/random.h"

namespace decant {
namespace {

TEST(Excess, EqualsThePlainSumsForEveryLength) {
  Random random(1, "excess");
  for (size_t n = 0; n < 150; n += n < 70 ? 1 : 13) {
    std::vector<float> x(n), bar(n), cap(n);
    for (size_t k = 0; k < n; ++k) {
      x[k] = static_cast<float>(random.normal());
      bar[k] = static_cast<float>(random.normal());
      cap[k] = static_cast<float>(random.uniform());
    }
    for (const Ramp& ramp : {Ramp{}, Ramp{0.25F, 0.25F, -2}, Ramp{0, 0.5F, 0}}) {
      const float plain = excess_sum_plain(x, bar, ramp);
      EXPECT_NEAR(excess_sum(x, bar, ramp), plain, 1e-5F * (1 + plain)) << n;
      const float capped = capped_excess_sum_plain(x, bar, cap, ramp);
      EXPECT_NEAR(capped_excess_sum(x, bar, cap, ramp), capped, 1e-5F * (1 + capped)) << n;
      EXPECT_LE(capped, plain);
    }
  }
}

}  // namespace
}  // namespace decant
