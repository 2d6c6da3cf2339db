#include "decant/metrics/mean_iou.h"

#include <gtest/gtest.h>

namespace decant {
namespace {

TEST(MeanIou, IsTheMeanOverClassesThatOccur) {
  Confusion counts(4);
  counts.add(std::vector<int32_t>{0, 0, 1, 1, -1, 2}, std::vector<int32_t>{0, 1, 1, 1, 3, 0});
  EXPECT_EQ(counts.pixels(0, 1), 1);
  EXPECT_DOUBLE_EQ(*counts.iou(0), 1.0 / 3);
  EXPECT_DOUBLE_EQ(*counts.iou(1), 2.0 / 3);
  EXPECT_DOUBLE_EQ(*counts.iou(2), 0) << "never predicted, but there";
  EXPECT_FALSE(counts.iou(3)) << "predicted on an ignored pixel alone";
  EXPECT_DOUBLE_EQ(counts.mean_iou(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(counts.pixel_accuracy(), 3.0 / 5);
}

TEST(MeanIou, OfPicturesIsThatOfAllTheirPixels) {
  Confusion a(2), b(2), both(2);
  const std::vector<int32_t> first = {0, 1}, second = {1, 1, 1};
  a.add(first, std::vector<int32_t>{1, 1});
  b.add(second, std::vector<int32_t>{1, 1, 0});
  a.add(b);
  both.add(std::vector<int32_t>{0, 1, 1, 1, 1}, std::vector<int32_t>{1, 1, 1, 1, 0});
  EXPECT_EQ(a.mean_iou(), both.mean_iou());
}

TEST(MeanIou, OfNothingIsNone) {
  EXPECT_EQ(Confusion(3).mean_iou(), 0);
  EXPECT_EQ(Confusion(3).pixel_accuracy(), 0);
}

}  // namespace
}  // namespace decant
