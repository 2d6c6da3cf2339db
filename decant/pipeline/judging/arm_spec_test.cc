#include "decant/pipeline/judging/arm_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

TEST(ParseArm, TakesPictureOptionsAndLeavesTheMethodsOwn) {
  const ArmSpec arm = parse_arm("bins+lambda=0.5+drop=25%+importance=gradcam+++fill=harmonic", {});
  EXPECT_EQ(arm.base, "bins+lambda=0.5");
  EXPECT_EQ(arm.reducing.drop, "25%");
  EXPECT_EQ(arm.reducing.importance.importance, "gradcam++");
  EXPECT_EQ(arm.fill, "harmonic");
  EXPECT_TRUE(arm.changes_pictures());
}

TEST(ParseArm, LeavesPlainNamesAlone) {
  for (const char* name : {"full", "random", "auto", "bins+function=facility-location"}) {
    const ArmSpec arm = parse_arm(name, {});
    EXPECT_EQ(arm.base, name);
    EXPECT_FALSE(arm.changes_pictures());
  }
}

TEST(ParseArm, DqIsThePapersMethodAndTakesOptions) {
  const ArmSpec arm = parse_arm("dq+bins=5+drop=50%", {});
  EXPECT_EQ(arm.base, "bins+bins=5");
  EXPECT_EQ(arm.reducing.drop, "50%");
  EXPECT_EQ(arm.reducing.importance.importance, "gradcam++");
  EXPECT_EQ(arm.fill, "mae");
}

TEST(ParseArm, TakesWhatABudgetBuys) {
  const ArmSpec arm = parse_arm("bins+lambda=0.5+spend=auto", {});
  EXPECT_EQ(arm.base, "bins+lambda=0.5");
  EXPECT_EQ(arm.spend, "auto");
  EXPECT_TRUE(arm.changes_pictures());
  EXPECT_FALSE(parse_arm("random+spend=rows", {}).changes_pictures());
  EXPECT_EQ(parse_arm("full+spend=cells+importance=gradcam+++fill=harmonic", {}).spend, "cells");

  const auto fault = [](const char* name) { return message_of<UsageError>([&] { parse_arm(name, {}); }); };
  EXPECT_THAT(fault("random+spend=qualty"), testing::HasSubstr("did you mean 'quality'"));
  EXPECT_THAT(fault("random+spend=quality"), testing::HasSubstr("say full+spend=quality"));
  EXPECT_THAT(fault("full+spend=auto"), testing::HasSubstr("random+spend=auto"));
  EXPECT_THAT(fault("full+spend=cells+drop=25%"), testing::HasSubstr("leave out drop"));
  EXPECT_THAT(fault("full+spend=quality+fill=gray"), testing::HasSubstr("drops nothing"));
}

TEST(ParseArm, RefusesWhatHasNoEffectAndWhatIsNoValue) {
  const auto fault = [](const char* name) { return message_of<UsageError>([&] { parse_arm(name, {}); }); };
  EXPECT_THAT(fault("random+fill=gray"), testing::HasSubstr("drops nothing"));
  EXPECT_THAT(fault("random+drop=25%+fill=grau"), testing::HasSubstr("did you mean 'gray'"));
  EXPECT_THAT(fault("random+drop=200%"), testing::HasSubstr("is no share"));
  EXPECT_THAT(fault("random+resolution=30%"), testing::HasSubstr("in steps of 12.5%"));
}

TEST(ParseArm, LengthIsOfRandomRowsAlone) {
  EXPECT_EQ(parse_arm("random+length=k-means", {}).length, "k-means");
  EXPECT_EQ(parse_arm("random+length=k-means", {}).base, "random");
  EXPECT_THAT(message_of<UsageError>([&] { parse_arm("bins+length=k-means", {}); }), testing::HasSubstr("say random+length=k-means"));
}

}  // namespace
}  // namespace decant
