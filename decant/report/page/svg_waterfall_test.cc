#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/report/page/charts.h"

namespace decant::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(WaterfallChart, DrawsWhatIsLeftAndWhatAStepTookAway) {
  const std::vector<ByteStep> steps = {{"source", 1000}, {"kept rows", 800}, {"re-coded", 780}, {"written", 600}};
  const std::string chart = waterfall_chart(steps);
  EXPECT_THAT(chart, HasSubstr("class=\"before\" width=\"78.00%\" height=\"16\" rx=\"2\"/><rect class=\"kept\" width=\"60.00%\""));
  EXPECT_THAT(chart, HasSubstr("<b>600 bytes</b> 60&nbsp;%"));
  EXPECT_THAT(chart, Not(HasSubstr("Of the kept rows")));
}

TEST(WaterfallChart, EnlargesWhatIsLeftOfALargeSet) {
  const std::vector<ByteStep> steps = {{"source", 10000}, {"kept rows", 1000}, {"re-coded", 960}, {"written", 750}};
  EXPECT_THAT(waterfall_chart(steps), HasSubstr("Of the kept rows"));
  EXPECT_THAT(waterfall_chart(steps), HasSubstr("<b>750 bytes</b> 75&nbsp;%"));
}

}  // namespace
}  // namespace decant::report
