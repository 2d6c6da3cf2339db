#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/report/page/charts.h"
#include "decant/report/report_for_tests.h"

namespace decant::report {
namespace {

using testing::HasSubstr;
using testing::Not;

Evidence::Cell within(const char* set, int64_t bytes, std::vector<double> values) {
  Evidence::Cell cell = cell_of("quick", set, bytes / 1000, std::move(values));
  cell.budget = {bytes, Budget::Unit::bytes};
  return cell;
}

TEST(BytesChart, SpacesBudgetsByTheirRatio) {
  const std::string chart =
      bytes_chart(evidence_of({within("random", 1'000'000, {0.5, 0.52}), within("random", 100'000, {0.3, 0.31}),
                               within("random", 10'000'000, {0.7, 0.72}), within("quality 40", 1'000'000, {0.6, 0.61})}),
                  0, 0);
  for (const char* x : {"x=\"12.00%\" y=\"270\">100 kB", "x=\"52.50%\" y=\"270\">1.0 MB", "x=\"93.00%\" y=\"270\">10.0 MB"})
    EXPECT_THAT(chart, HasSubstr(x));
  EXPECT_THAT(chart, HasSubstr("<title>1.0 MB, 1,000 rows: 60.50 %</title>"));
  EXPECT_THAT(chart, HasSubstr("</i>2 quality 40</span>"));
  EXPECT_THAT(chart, Not(HasSubstr("kept")));
}

TEST(BytesChart, KeepsNumbersOfTheSameBudgetApart) {
  std::vector<Evidence::Cell> cells;
  for (const char* set : {"random", "a", "b"}) {
    cells.push_back(within(set, 1000, {0.5, 0.52}));
    cells.push_back(within(set, 10'000, {0.7, 0.72}));
  }
  const std::string chart = bytes_chart(evidence_of(cells), 0, 0);
  std::vector<double> heights;
  for (const char number : {'1', '2', '3'}) {
    const size_t end = chart.find(fmt::format("\" dx=\"12\">{}<", number));
    ASSERT_NE(end, std::string::npos);
    const size_t begin = chart.rfind("y=\"", end - 1) + 3;
    heights.push_back(std::stod(chart.substr(begin)));
  }
  EXPECT_NEAR(heights[1] - heights[0], 13, 0.11);
  EXPECT_NEAR(heights[2] - heights[1], 13, 0.11);
}

TEST(BytesChart, PutsTheKeptSetAtItsOwnBytes) {
  const Evidence evidence =
      evidence_of({cell_of("quick", "small", 100, {0.5, 0.6}), within("random", 100, {0.5, 0.52}), within("random", 10'000, {0.7, 0.72})});
  EXPECT_THAT(bytes_chart(evidence, 0, 1000), HasSubstr("<title>1.0 kB, 100 rows: 55.00 %</title>"));
  EXPECT_THAT(bytes_chart(evidence, 0, 1000), HasSubstr("</i>2 kept</span>"));
}

TEST(BytesChart, IsForBudgetsInBytesAlone) {
  EXPECT_EQ(bytes_chart(measured({0.7, 0.72}, {0.6, 0.61}), 0, 1000), "");
  EXPECT_THAT(evidence_chart(evidence_of({cell_of("quick", "small", 9, {0.5}), within("random", 100, {0.7})}), 0),
              Not(HasSubstr(">random<")))
      << "it is drawn against bytes";
}

}  // namespace
}  // namespace decant::report
