#include "decant/train/schedule.h"

#include <gmock/gmock.h>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/train/train.h"

namespace decant::train {
namespace {

using ::testing::DoubleEq;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pointwise;

std::vector<double> rates(Decay decay, double peak, int64_t steps, int64_t warmup) {
  std::vector<double> result;
  for (int64_t i = 0; i < steps; ++i) result.push_back(Schedule{decay, peak, steps, warmup}.at(i));
  return result;
}

TEST(Schedule, LinearRisesToThePeakAndFallsToOneStepAboveZero) {
  EXPECT_THAT(rates(Decay::linear, 12, 10, 2), Pointwise(DoubleEq(), {4.0, 8.0, 12.0, 10.5, 9.0, 7.5, 6.0, 4.5, 3.0, 1.5}));
}

TEST(Schedule, CosineHalvesInTheMiddle) {
  EXPECT_THAT(rates(Decay::cosine, 2, 4, 0), Pointwise(DoubleNear(1e-12), {2.0, 1.7071067811865475, 1.0, 0.2928932188134525}));
}

TEST(Schedule, StepDividesAtOneHalfAndThreeQuarters) {
  EXPECT_THAT(rates(Decay::step, 1, 8, 0), Pointwise(DoubleEq(), {1.0, 1.0, 1.0, 1.0, 0.1, 0.1, 0.01, 0.01}));
}

TEST(Schedule, HalfDividesOnce) {
  EXPECT_THAT(rates(Decay::half, 1, 5, 0), Pointwise(DoubleEq(), {1.0, 1.0, 1.0, 0.1, 0.1}));
}

TEST(Schedule, ConstantStaysAfterTheWarmUp) {
  EXPECT_THAT(rates(Decay::constant, 3, 4, 2), Pointwise(DoubleEq(), {1.0, 2.0, 3.0, 3.0}));
}

TEST(Schedule, RestartsBeginAnewInCyclesTwiceAsLong) {
  const std::vector<double> all = rates(Decay::restarts, 1, 127, 0);
  for (const size_t first : {0, 1, 3, 7, 15, 31, 63}) EXPECT_DOUBLE_EQ(all[first], 1) << first;
  EXPECT_NEAR(all[2], 0.505, 1e-12);  // half of the way through the second
  EXPECT_NEAR(all[95], 0.505, 1e-12);
  EXPECT_LT(all[126], 0.011);
  EXPECT_GT(all[126], 0.01);
}

std::string fault_of(const TrainOptions& options) {
  return message_of([&] { check(options); });
}

TEST(CheckOptions, NamesTheOptionAndTheRemedy) {
  EXPECT_EQ(fault_of({}), "no error");
  TrainOptions options;
  options.schedule = "cosin";
  EXPECT_EQ(fault_of(options), "schedule: unknown schedule 'cosin'. Use linear, cosine, step, half, constant or restarts");
  options = {};
  options.optimizer = "adam";
  EXPECT_EQ(fault_of(options), "optimizer: 'adam' is not known. Use sgd or momentum or adamw");
  options = {};
  options.batch = 0;
  EXPECT_THAT(fault_of(options), HasSubstr("batch: 0 is out of range"));
  options = {};
  options.learning_rate = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(fault_of(options), HasSubstr("learning rate: nan is out of range"));
  options = {};
  options.loss = "mae";
  EXPECT_EQ(fault_of(options), "loss: 'mae' is not known. Use cross-entropy or mse");
  options = {};
  options.label_scale = 8;
  EXPECT_THAT(fault_of(options), HasSubstr("label scale: has no effect on cross-entropy"));
  options.loss = "mse";
  EXPECT_EQ(fault_of(options), "no error");
  options = {};
  options.augment = "dsa_crop";
  EXPECT_THAT(fault_of(options), HasSubstr("augmentation: unknown operation 'dsa'"));
  for (const char* text : {"0.5", "0.5/", "0.5/0", "a/b", "1,2/1,2", "0.5/0.5,0.5,0.5", "/", "nan/1"}) {
    options = {};
    options.normalise = text;
    EXPECT_THAT(fault_of(options), HasSubstr("is no mean and positive deviation")) << text;
  }
}

}  // namespace
}  // namespace decant::train
