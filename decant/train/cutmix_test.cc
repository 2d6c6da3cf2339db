#include "decant/train/cutmix.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace decant::train {
namespace {

constexpr ImageSize kSize{20, 10, 3};  // width, height
constexpr int kDraws = 4000;

TEST(CutMix, MixesAsOftenAsAsked) {
  int mixed = 0;
  for (uint64_t i = 0; i < kDraws; ++i) mixed += draw_cutmix(0.3, kSize, 4, Random(1, "mix", i)).partners.empty() ? 0 : 1;
  EXPECT_NEAR(mixed, kDraws * 0.3, 90);
  EXPECT_TRUE(draw_cutmix(0, kSize, 4, Random(1)).partners.empty());
  EXPECT_EQ(draw_cutmix(0, kSize, 4, Random(1)).own_share, 1);
}

TEST(CutMix, CountsWhatTheBoxLeaves) {
  double shares = 0;
  for (uint64_t i = 0; i < kDraws; ++i) {
    const CutMixDraw draw = draw_cutmix(1, kSize, 5, Random(2, "mix", i));
    ASSERT_TRUE(0 <= draw.top && draw.top <= draw.bottom && draw.bottom <= kSize.height);
    ASSERT_TRUE(0 <= draw.left && draw.left <= draw.right && draw.right <= kSize.width);
    ASSERT_DOUBLE_EQ(draw.own_share, 1 - double(draw.bottom - draw.top) * (draw.right - draw.left) / 200);
    std::vector<int64_t> order = draw.partners;
    std::ranges::sort(order);
    ASSERT_EQ(order, (std::vector<int64_t>{0, 1, 2, 3, 4}));
    shares += draw.own_share / kDraws;
  }
  // Half is cut on average; the border takes some of it back.
  EXPECT_GT(shares, 0.55);
  EXPECT_LT(shares, 0.75);
}

TEST(CutMix, Repeats) {
  const CutMixDraw one = draw_cutmix(1, kSize, 5, Random(3));
  const CutMixDraw two = draw_cutmix(1, kSize, 5, Random(3));
  EXPECT_EQ(one.partners, two.partners);
  EXPECT_EQ(one.own_share, two.own_share);
}

}  // namespace
}  // namespace decant::train
