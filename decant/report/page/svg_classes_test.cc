#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/report/page/charts.h"

namespace decant::report {
namespace {

using testing::HasSubstr;

TEST(BalanceChart, ComparesShares) {
  // Shares 60 % and 40 % become 50 % and 50 %.
  const std::string chart = balance_chart(std::vector<PartRecord>{{"cat", 600, 50}, {"dog", 400, 50}});
  EXPECT_THAT(chart, HasSubstr("class=\"before\" width=\"100.00%\""));
  EXPECT_THAT(chart, HasSubstr("60&nbsp;% → <b>50&nbsp;%</b>"));
  EXPECT_THAT(chart, HasSubstr("width=\"83.33%\""));
}

TEST(BalanceChart, OfManyClassesShowsTheMostChanged) {
  std::vector<PartRecord> classes;
  for (int c = 0; c < 1000; ++c) classes.push_back({fmt::format("c{}", c), 100, 20});
  classes[400].kept = 0;
  classes[500].kept = 40;
  const std::vector<PartRecord> changed = most_changed(classes, 2);
  EXPECT_EQ(changed[0].name, "c400");
  EXPECT_EQ(changed[1].name, "c500");
  const std::string chart = balance_chart(classes);
  EXPECT_THAT(chart, HasSubstr("How many of the 1,000 classes"));
  EXPECT_THAT(chart, HasSubstr(">c400<"));
  EXPECT_LT(chart.size(), 30000u);
}

}  // namespace
}  // namespace decant::report
