// A schedule of labels: the classes first, then what a teacher says.
#include "decant/train/label_schedule.h"

#include <gtest/gtest.h>

namespace decant::train {
namespace {

const LabelSchedule& late =
    add_label_schedule({"late", "classes for the first half, then labels", [](double progress, double temperature) {
                          return LabelMoment{.soft = progress >= 0.5, .given_temperature = temperature, .own_temperature = temperature};
                        }});

TEST(ALabelSchedule, IsAFileAndALine) {
  EXPECT_EQ(&label_schedule_named("late"), &late);
  EXPECT_FALSE(late.at(0.49, 4).soft);
  EXPECT_TRUE(late.at(0.5, 4).soft);
  EXPECT_EQ(late.at(0.5, 4).given_temperature, 4);
}

}  // namespace
}  // namespace decant::train
