#include "decant/formats/soft_labels/view_codec.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

#include "decant/base/random.h"
#include "decant/data/view_labels.h"

namespace decant {
namespace {

using testing::ElementsAre;

std::vector<float> drawn_logits(int64_t classes, Random random) {
  std::vector<float> logits(static_cast<size_t>(classes));
  for (float& value : logits) value = static_cast<float>(3 * random.normal());
  return logits;
}

/// Written at bit `at` among ones, which must stay, and read back.
std::vector<float> round_trip(const ViewShape& shape, const std::vector<float>& logits, int64_t at) {
  std::vector<std::byte> bytes(static_cast<size_t>((at + bits_of_view(shape) + 7) / 8 + 1));
  bytes[0] = static_cast<std::byte>((1U << at) - 1);
  encode_view(shape, logits, at, bytes);
  EXPECT_EQ(static_cast<unsigned>(bytes[0]) & ((1U << at) - 1), (1U << at) - 1);
  EXPECT_EQ(bytes.back(), std::byte{0});
  EXPECT_EQ(fault_of_view(shape, bytes, at), "");
  std::vector<float> back(logits.size());
  decode_view(shape, bytes, at, back);
  return back;
}

/// As drawn, the largest 0.
std::vector<float> below_largest(std::vector<float> logits) {
  const float most = std::ranges::max(logits);
  for (float& value : logits) value -= most;
  return logits;
}

TEST(ViewCodec, TakesTheBytesThatAreSaid) {
  EXPECT_EQ(bits_of_view({.classes = 10, .bits = 4, .top = 10}), 7 * 8);
  EXPECT_EQ(bits_of_view({.classes = 1000, .bits = 4, .top = 50}), 16 + 50 * 10 + 50 * 4);
  EXPECT_EQ(bits_of_view({.classes = 1000, .bits = 4, .top = 10}), 16 + 10 * 10 + 10 * 4);
  EXPECT_EQ(bits_of_view({.classes = 10, .bits = 4, .top = 3}), 16 + 10 + 12) << "one bit a class is shorter than three numbers of four";
  EXPECT_EQ(bits_of_view({.classes = 10, .bits = 32, .top = 10}), 320);
  EXPECT_EQ(bits_of_view({.classes = 100, .bits = 32, .top = 2}), 14 + 64 + 32);
}

TEST(ViewCodec, RoundsToHalfAStepAtEveryDepthTopAndPlace) {
  for (const int64_t classes : {2, 3, 10, 17, 100}) {
    for (const int64_t top : {int64_t{1}, int64_t{2}, classes / 2 + 1, classes}) {
      for (int bits = 1; bits <= 16; ++bits) {
        const ViewShape shape{.classes = classes, .bits = bits, .top = top};
        const auto logits =
            below_largest(drawn_logits(classes, Random(1, "codec", static_cast<uint64_t>(classes * 1000 + top * 20 + bits))));
        const std::vector<float> back = round_trip(shape, logits, bits % 8);
        ASSERT_EQ(std::ranges::max(back), 0);
        const float spread = -std::ranges::min(back);
        const float step = spread / static_cast<float>((1 << bits) - 1);
        std::vector<float> ranked = logits;
        std::ranges::sort(ranked, std::greater<>());
        for (size_t c = 0; c < logits.size(); ++c) {
          if (logits[c] >= ranked[static_cast<size_t>(top) - 1])
            EXPECT_NEAR(back[c], logits[c], step / 2 + spread / 1024) << classes << " " << top << " " << bits;
          else
            EXPECT_EQ(back[c], -spread);
        }
      }
    }
  }
}

TEST(ViewCodec, KeepsFloatsWithThirtyTwoBits) {
  const auto logits = below_largest(drawn_logits(10, Random(2)));
  EXPECT_EQ(round_trip({.classes = 10, .bits = 32, .top = 10}, logits, 3), logits);
}

TEST(ViewCodec, TheOthersShareWhatIsLeft) {
  const std::vector<float> logits = {std::log(.6F), std::log(.1F), std::log(.02F), std::log(.25F), std::log(.03F)};
  std::vector<float> back = round_trip({.classes = 5, .bits = 32, .top = 2}, logits, 0);
  soften(back, 1);
  EXPECT_THAT(back, testing::Pointwise(testing::FloatNear(1e-6F), {.6F, .05F, .05F, .25F, .05F}));
}

TEST(ViewCodec, HoldsWhatAConstantWasAddedTo) {
  std::vector<float> logits = drawn_logits(10, Random(3));
  const ViewShape shape{.classes = 10, .bits = 5, .top = 4};
  const std::vector<float> back = round_trip(shape, logits, 0);
  for (float& value : logits) value += 64;
  EXPECT_THAT(round_trip(shape, logits, 0), testing::Pointwise(testing::FloatNear(2e-2F), back));
}

TEST(ViewCodec, TiesGoToLowerNumbersAndEqualOnesStayEqual) {
  std::vector<float> back = round_trip({.classes = 4, .bits = 3, .top = 2}, {1, 1, 1, 1}, 0);
  soften(back, 1);
  EXPECT_THAT(back, ElementsAre(.25F, .25F, .25F, .25F));
}

TEST(ViewCodec, AProbabilityThatIsNoneIsFinite) {
  for (const float value : round_trip({.classes = 4, .bits = 4, .top = 1}, {0, -2e5F, -2e5F, -2e5F}, 0)) EXPECT_TRUE(std::isfinite(value));
  for (const float value : round_trip({.classes = 4, .bits = 4, .top = 4}, {0, -2e5F, 0, -2e5F}, 0)) EXPECT_TRUE(std::isfinite(value));
}

TEST(ViewCodec, TheWorkedExampleOfTheFormatsPage) {
  const ViewShape shape{.classes = 3, .bits = 4, .top = 3};
  std::vector<std::byte> bytes(4);
  encode_view(shape, std::vector<float>{5, 1, -1}, 0, bytes);
  EXPECT_THAT(bytes, ElementsAre(std::byte{0x00}, std::byte{0x46}, std::byte{0x5f}, std::byte{0x00})) << "spread 6; codes 15, 5, 0";
  std::vector<float> back(3);
  decode_view(shape, bytes, 0, back);
  EXPECT_THAT(back, testing::Pointwise(testing::FloatNear(1e-6F), {0.0F, -4.0F, -6.0F}));
}

std::string fault_of_bits(const ViewShape& shape, std::vector<unsigned> bytes) {
  std::vector<std::byte> raw;
  for (const unsigned byte : bytes) raw.push_back(static_cast<std::byte>(byte));
  return fault_of_view(shape, raw, 0);
}

TEST(ViewCodec, SaysWhatIsWrongWithBits) {
  const ViewShape all{.classes = 3, .bits = 4, .top = 3};
  EXPECT_EQ(fault_of_bits(all, {0x00, 0x7c, 0, 0}), "has the spread inf");
  EXPECT_EQ(fault_of_bits(all, {0x01, 0x7c, 0, 0}), "has the spread nan");
  EXPECT_EQ(fault_of_bits(all, {0x00, 0xc6, 0, 0}), "has the spread -6");
  const ViewShape two_of_ten{.classes = 10, .bits = 4, .top = 2};
  EXPECT_EQ(fault_of_bits(two_of_ten, {0, 0, 0xc1, 0}), "names class 12 of 10");
  EXPECT_EQ(fault_of_bits(two_of_ten, {0, 0, 0x12, 0}), "names class 1 after class 2");
  EXPECT_EQ(fault_of_bits(two_of_ten, {0, 0, 0x22, 0}), "names class 2 after class 2");
  EXPECT_EQ(fault_of_bits({.classes = 10, .bits = 4, .top = 3}, {0, 0, 0xff, 0, 0, 0}), "marks 8 classes instead of 3");
  EXPECT_EQ(fault_of_bits({.classes = 1, .bits = 32, .top = 1}, {0, 0, 0x80, 0x3f}), "holds 1, and no logit is above 0, the largest");
  EXPECT_EQ(fault_of_bits({.classes = 1, .bits = 32, .top = 1}, {0, 0, 0xc0, 0x7f}), "holds nan");
}

}  // namespace
}  // namespace decant
