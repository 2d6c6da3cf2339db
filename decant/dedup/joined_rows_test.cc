#include "decant/dedup/joined_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/data/test_rows.h"

namespace decant {
namespace {

TEST(JoinedRows, AreThoseOfBothOneAfterTheOther) {
  const auto letters = std::make_shared<Letters>();
  const auto two = std::make_shared<MemoryRows>(std::vector<Image>{{{1, 1, 1}, {7}}, {{1, 1, 1}, {9}}}, std::vector<int32_t>{5, 6});
  const JoinedRows rows(letters, two, "other");
  EXPECT_THAT(keys_of(rows), testing::ElementsAre("a", "b", "c", "d", "e", "test: 0", "test: 1"));
  EXPECT_EQ(rows.label(1), 1);
  EXPECT_EQ(rows.label(6), 6);
  EXPECT_EQ(text_of(rows, 6), "\t");
  Image image;
  rows.pictures()->decode(5, image);
  EXPECT_EQ(image.pixels[0], 7);
  EXPECT_EQ(rows.features(), nullptr);
  EXPECT_THAT(JoinedRows(std::make_shared<Unlabelled>(6), std::make_shared<Unlabelled>(3), "").known_faults(),
              testing::ElementsAre(1, 4, 7, 10));
}

TEST(JoinedRows, OfDifferentKindsAreAnError) {
  expect_says(message_of([] { JoinedRows(std::make_shared<Letters>(), std::make_shared<Sayings>(), "other"); }), {"other", "another kind"});
}

}  // namespace
}  // namespace decant
