#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/report/page/charts.h"

namespace decant::report {
namespace {

using testing::HasSubstr;

TEST(BinsChart, DrawsAllBinsToOneScale) {
  const std::string chart = bins_chart(std::vector<PartRecord>{{"0", 200, 50}, {"1", 100, 30}});
  EXPECT_THAT(chart, HasSubstr("class=\"before\" width=\"100.00%\""));
  EXPECT_THAT(chart, HasSubstr("class=\"kept\" width=\"25.00%\""));
  EXPECT_THAT(chart, HasSubstr("class=\"before\" width=\"50.00%\""));
  EXPECT_THAT(chart, HasSubstr("class=\"kept\" width=\"15.00%\""));
}

}  // namespace
}  // namespace decant::report
