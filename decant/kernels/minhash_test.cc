#include "decant/kernels/minhash.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <vector>

#include "decant/base/random.h"

namespace decant {
namespace {

std::vector<uint32_t> drawn_numbers(Random& random, size_t count) {
  std::vector<uint32_t> numbers(count);
  for (uint32_t& number : numbers) number = random.bits32();
  return numbers;
}

TEST(MinHash, IsThePlainOneForEveryLengthAndInstructionSet) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    Random random(1, "minhash");
    for (size_t permutations = 0; permutations < 70; permutations += permutations < 36 ? 1 : 11) {
      const auto a = drawn_numbers(random, permutations);
      const auto b = drawn_numbers(random, permutations);
      std::vector<uint32_t> fast(permutations, ~0U);
      std::vector<uint32_t> plain = fast;
      for (const size_t members : {0, 1, 7, 30}) {
        const auto x = drawn_numbers(random, members);
        lower_minima(x, a, b, fast);
        lower_minima_plain(x, a, b, plain);
        EXPECT_EQ(fast, plain) << permutations << " permutations, " << members << " members";
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(MinHash, AgreesAsOftenAsTheJaccardSimilaritySays) {
  Random random(2, "jaccard");
  constexpr size_t kPermutations = 4000;
  auto a = drawn_numbers(random, kPermutations);
  for (uint32_t& odd : a) odd |= 1U;
  const auto b = drawn_numbers(random, kPermutations);
  const auto all = drawn_numbers(random, 100);
  for (const size_t common : {10, 50, 90}) {  // of 100 in the union
    const size_t own = (100 - common) / 2;
    std::vector<uint32_t> first(kPermutations, ~0U), second(kPermutations, ~0U);
    lower_minima(std::span(all).first(common + own), a, b, first);
    lower_minima(std::span(all).first(common), a, b, second);
    lower_minima(std::span(all).last(own), a, b, second);
    double agree = 0;
    for (size_t k = 0; k < kPermutations; ++k) agree += first[k] == second[k] ? 1 : 0;
    const double expected = static_cast<double>(common) / 100;
    EXPECT_NEAR(agree / kPermutations, expected, 5 * std::sqrt(expected * (1 - expected) / kPermutations)) << common;
  }
}

}  // namespace
}  // namespace decant
