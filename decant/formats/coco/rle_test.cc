// The text of runs: golden strings, and what strings must not do.
#include "decant/formats/coco/rle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/random.h"

namespace decant::coco {
namespace {

using testing::ElementsAre;

TEST(Rle, GoldenStringOfThreeByFourPixels) {
  const auto runs = runs_from("42102");
  ASSERT_TRUE(runs);
  EXPECT_THAT(*runs, ElementsAre(4, 2, 1, 2, 3));
  EXPECT_TRUE(cover(*runs, 3, 4));
  EXPECT_EQ(area_of(*runs), 4);
  EXPECT_EQ(box_of(*runs, 3), (Box{1, 1, 3, 3}));
  EXPECT_EQ(text_of(*runs), "42102");
}

TEST(Rle, StringsThatAreNoneAreRefused) {
  EXPECT_FALSE(runs_from("4 2")) << "a space is below 48";
  EXPECT_FALSE(runs_from("4p")) << "'p' is 112";
  EXPECT_FALSE(runs_from("4P")) << "says that more follows";
  EXPECT_FALSE(runs_from("O")) << "a run of -1";
  EXPECT_FALSE(runs_from("ooooooooooooo")) << "a number without an end";
  EXPECT_THAT(*runs_from(""), ElementsAre());
}

TEST(Rle, RandomRunsComeBack) {
  Random random(1, "rle", 0);
  for (int i = 0; i < 1000; ++i) {
    Runs runs;
    for (uint64_t n = random.below(12); n > 0; --n) runs.push_back(static_cast<int64_t>(random.below(uint64_t{1} << random.below(39))));
    const auto back = runs_from(text_of(runs));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, runs);
  }
}

}  // namespace
}  // namespace decant::coco
