#include "decant/train/train.h"

#include <gmock/gmock.h>

#include "decant/base/options_for_tests.h"

namespace decant::train {
namespace {

TEST(TrainOptions, EveryFieldIsInTheKey) {
  expect_every_field_decides<TrainOptions>();
}

TEST(TrainOptions, EpochsReplaceSteps) {
  TrainOptions options;
  EXPECT_EQ(steps_of(options, 1000), 2500);
  options.epochs = 3;
  EXPECT_EQ(steps_of(options, 1000), 46) << "3 · 1000 / 64";
  EXPECT_EQ(steps_of(options, 5), 1);
}

}  // namespace
}  // namespace decant::train
