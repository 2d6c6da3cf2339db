#include "decant/pipeline/run/set_training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/train/train.h"

namespace decant {
namespace {

using testing::ElementsAre;

const SetTraining kAsked{{{"steps", "500"}, {"no-flip", "true"}, {"batch", "64"}}, "small/run.json"};

train::TrainOptions trained_as(const SetTraining& asked, std::vector<std::string>* changed = nullptr) {
  train::TrainOptions options;
  OptionTable table;
  options.declare(table);
  const std::vector<std::string> found = set_training(asked, table, [&] { train::check(options); });
  if (changed != nullptr) *changed = found;
  return options;
}

TEST(SetTraining, IsPutInPlaceOfTheDefaults) {
  std::vector<std::string> changed;
  const train::TrainOptions options = trained_as(kAsked, &changed);
  EXPECT_EQ(options.steps, 500);
  EXPECT_FALSE(options.flip);
  EXPECT_THAT(changed, ElementsAre("no-flip", "steps 500")) << "64 is the default";
}

TEST(SetTraining, GivesWayToWhatWasGiven) {
  EXPECT_EQ(kAsked.without({{"steps", "2500"}}).options, (OptionTexts{{"batch", "64"}, {"no-flip", "true"}}));
  EXPECT_FALSE(kAsked.without({{"epochs", "3"}}).options.contains("steps")) << "both say how long";
  EXPECT_EQ(kAsked.without({{"crop", "0"}}).options, kAsked.options);
}

TEST(SetTraining, OfNonsenseIsRefusedByFileAndOption) {
  const auto refusal = [](const OptionTexts& options) { return message_of([&] { trained_as({options, "small/run.json"}); }); };
  expect_says(refusal({{"stepz", "500"}}), {"small/run.json: training.stepz: unknown training option 'stepz'; did you mean 'steps'?"});
  expect_says(refusal({{"steps", "many"}}), {"small/run.json: training.steps: ", "many"});
  expect_says(refusal({{"batch", "0"}}), {"small/run.json: training.batch: 0 is out of range"});
  expect_says(refusal({{"optimizer", "adam"}}), {"small/run.json: training.optimizer: 'adam' is not known"});
}

}  // namespace
}  // namespace decant
