#include "decant/evaluate/also.h"

#include <cmath>
#include <gmock/gmock.h>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/evaluate/corruptions.h"
#include "decant/formats/packed/pictures_for_tests.h"

namespace decant::evaluate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

MemoryRows rows_of(std::vector<int32_t> labels) {
  std::vector<Image> pictures(labels.size());
  return {std::move(pictures), std::move(labels)};
}

TEST(Also, IsNamedInAnyOrder) {
  EXPECT_THAT(also_named("corrupt,ece"), ElementsAre(Also::ece, Also::corrupt));
  EXPECT_TRUE(also_named("").empty());
  EXPECT_THAT(message_of<UsageError>([] { also_named("worse"); }), HasSubstr("did you mean 'worst'?"));
}

TEST(Also, CalibrationIsMeasuredBinByBin) {
  const MemoryRows rows = rows_of({0, 0, 1, 1});
  const float sure = std::log(9.0F);  // softmax says 0.9
  const float even = std::log(1.5F);  // and 0.6
  // Two answers at 0.9, of which one is right; two at 0.6, both right.
  const std::vector<float> logits = {sure, 0, even, 0, sure, 0, 0, even};
  EXPECT_NEAR(calibration_error(logits, rows, 2), (std::abs(1 - 1.8) + std::abs(2 - 1.2)) / 4, 1e-6);
  EXPECT_DOUBLE_EQ(worst_class_accuracy(logits, rows, 2), 0.5);
}

TEST(Also, AClassWithoutTestRowsIsNotTheWorst) {
  const MemoryRows rows = rows_of({0, 0});
  EXPECT_DOUBLE_EQ(worst_class_accuracy(std::vector<float>{1, 0, 0, 1, 0, 0}, rows, 3), 1);
}

TEST(Corruptions, SpoilPicturesAndRepeat) {
  const Image clean = packed::photo_like({32, 24, 3}, 4);
  for (const Corruption how : kCorruptions) {
    Image once = clean;
    Image again = clean;
    corrupt(once, how, 7);
    corrupt(again, how, 7);
    EXPECT_EQ(once.size, clean.size);
    EXPECT_EQ(once.pixels, again.pixels);
    EXPECT_NE(once.pixels, clean.pixels);
  }
  Image other = clean;
  Image noisy = clean;
  corrupt(noisy, Corruption::noise, 7);
  corrupt(other, Corruption::noise, 8);
  EXPECT_NE(noisy.pixels, other.pixels);
}

TEST(Corruptions, AreOfTheStatedStrength) {
  Image grey;
  grey.resize({64, 64, 1});
  std::ranges::fill(grey.pixels, uint8_t{128});
  Image noisy = grey;
  corrupt(noisy, Corruption::noise, 1);
  double square = 0;
  for (const uint8_t value : noisy.pixels) square += (value - 128.0) * (value - 128.0);
  EXPECT_NEAR(std::sqrt(square / 4096), 26, 1);

  Image halves = grey;
  for (size_t i = 0; i < halves.pixels.size(); ++i) halves.pixels[i] = i % 64 < 32 ? 28 : 228;
  Image pale = halves;
  corrupt(pale, Corruption::contrast, 0);
  EXPECT_EQ(pale.pixels.front(), 88);
  EXPECT_EQ(pale.pixels.back(), 168);
  Image soft = halves;
  corrupt(soft, Corruption::blur, 0);
  EXPECT_EQ(soft.pixels.front(), 28);
  EXPECT_EQ(soft.row(5)[31], 95);  // of 28, 95 and 161, which the first pass makes of 28, 28 and 228
}

TEST(CorruptedRows, KeepEverythingButThePictures) {
  std::vector<Image> pictures = {packed::photo_like({8, 8, 3}, 0), packed::photo_like({8, 8, 3}, 1)};
  const MemoryRows rows(pictures, {1, 0});
  const CorruptedRows spoiled(rows, Corruption::contrast);
  EXPECT_EQ(spoiled.size(), 2);
  EXPECT_EQ(spoiled.label(0), 1);
  EXPECT_EQ(spoiled.key(1), rows.key(1));
  Image image;
  spoiled.pictures()->decode(0, image);
  EXPECT_NE(image.pixels, pictures[0].pixels);
}

}  // namespace
}  // namespace decant::evaluate
