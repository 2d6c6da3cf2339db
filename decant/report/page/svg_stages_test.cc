#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/report/page/charts.h"

namespace decant::report {
namespace {

using testing::HasSubstr;

TEST(StageChart, DrawsAgainstTheLargest) {
  const std::vector<StageRecord> stages = {{"read", 1, 50}, {"bins", 4, 200}};
  const std::string chart = stage_chart(stages);
  EXPECT_THAT(chart, HasSubstr("class=\"time\" width=\"25.00%\""));
  EXPECT_THAT(chart, HasSubstr("class=\"memory\" width=\"25.00%\""));
}

}  // namespace
}  // namespace decant::report
