#include "decant/base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decant {
namespace {

TEST(Nearest, SuggestsOnlyWhatIsNear) {
  const std::vector<std::string> verbs = {"compress", "evaluate", "inspect"};
  EXPECT_EQ(nearest("compres", verbs), "compress");
  EXPECT_EQ(nearest("evalute", verbs), "evaluate");
  EXPECT_EQ(nearest("xyz", verbs), "");
}

TEST(Human, Numbers) {
  EXPECT_EQ(human_bytes(17), "17 bytes");
  EXPECT_EQ(human_bytes(153650000), "154 MB");
  EXPECT_EQ(human_bytes(30730000), "30.7 MB");
  EXPECT_EQ(human_bytes(999999), "1.0 MB");
  EXPECT_EQ(human_count(1234567), "1,234,567");
  EXPECT_EQ(human_count(999), "999");
  EXPECT_EQ(human_seconds(0.42), "0.4 s");
  EXPECT_EQ(human_seconds(65), "1 min 05 s");
  EXPECT_EQ(human_seconds(7800), "2 h 10 min");
}

TEST(SplitList, LeavesEmptyPartsOut) {
  EXPECT_THAT(split_list("full,bins:50,"), testing::ElementsAre("full", "bins:50"));
  EXPECT_THAT(split_list(",a,,b"), testing::ElementsAre("a", "b"));
  EXPECT_THAT(split_list(""), testing::IsEmpty());
}

TEST(Share, IsAFractionOrAPercentage) {
  EXPECT_EQ(share_from("0.1"), 0.1);
  EXPECT_EQ(share_from("10%"), 0.1);
  EXPECT_EQ(share_from("12.5%"), 0.125);
  EXPECT_EQ(share_from("0"), 0.0);
  for (const char* none : {"", "%", "10 %", "10%%", "a tenth", "nan", "inf", "+0.1", "0,1"}) EXPECT_FALSE(share_from(none)) << none;
}

}  // namespace
}  // namespace decant
