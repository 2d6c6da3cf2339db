#include "decant/formats/split_name.h"

#include <gtest/gtest.h>

namespace decant {
namespace {

TEST(SplitName, IsKnownInAnyCaseWithYearsAndFillers) {
  for (const char* name : {"train", "Train", "TRAINING", "train2017", "train_images", "training-set", "trainset"})
    EXPECT_EQ(meant_split(name), Split::train) << name;
  for (const char* name : {"val2017", "valid", "Validation", "dev", "eval-set"}) EXPECT_EQ(meant_split(name), Split::validation) << name;
  for (const char* name : {"Test", "testing", "test_data"}) EXPECT_EQ(meant_split(name), Split::test) << name;
}

TEST(SplitName, IsNotSeenInOtherNames) {
  for (const char* name : {"", "2017", "cat", "trainer", "train station", "test tubes", "images", "contest", "bullet_train", "valley"})
    EXPECT_FALSE(meant_split(name)) << name;
}

TEST(SplitName, TakesBothKindsToMeanAnything) {
  const auto both = meant_splits({"annotations", "train2017", "val2017"});
  ASSERT_TRUE(both);
  EXPECT_EQ(both->train + both->test, "train2017val2017");
  EXPECT_FALSE(meant_splits({"car", "plane", "train"}));
  EXPECT_FALSE(meant_splits({"Test", "cat"}));
}

}  // namespace
}  // namespace decant
