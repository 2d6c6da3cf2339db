#include "decant/report/facts/map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <set>

#include "decant/report/report_for_tests.h"

namespace decant::report {
namespace {

using testing::ElementsAre;

TEST(Map, SampleKeepsTheShareOfTheKept) {
  const FakeRun fake = fake_run(20000, 10, 10);
  const RowFacts rows = gather_rows(fake.input());
  const std::vector<int64_t> sample = sample_rows(rows, fake.map.view(), 1000, 0);
  ASSERT_EQ(sample.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(sample.begin(), sample.end()));
  EXPECT_EQ(std::set<int64_t>(sample.begin(), sample.end()).size(), 1000u);
  const auto kept = std::count_if(sample.begin(), sample.end(), [&](int64_t row) { return rows.kept[static_cast<size_t>(row)] == 1; });
  EXPECT_NEAR(static_cast<double>(kept), 1000.0 * static_cast<double>(fake.kept.size()) / 20000, 1.0);
}

TEST(Map, LeavesOutBadRowsAndThoseWithoutAPlace) {
  FakeRun fake = fake_run(100, 4, 2);
  fake.map[3][1] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<int64_t> sample = sample_rows(gather_rows(fake.input()), fake.map.view(), 1000, 0);
  EXPECT_EQ(sample.size(), 98u);
  EXPECT_EQ(std::count(sample.begin(), sample.end(), 3), 0);
  EXPECT_EQ(std::count(sample.begin(), sample.end(), 17), 0);
}

TEST(Map, PutsExtremesOnTheBorders) {
  FakeRun fake = fake_run(2, 2, 1);
  fake.bad.clear();
  fake.map[0][0] = -1, fake.map[0][1] = 0, fake.map[1][0] = 1, fake.map[1][1] = 2;
  const MapFacts map = place_points(fake.input(), gather_rows(fake.input()), {0, 1});
  EXPECT_THAT(map.x, ElementsAre(0, 65535));
  EXPECT_THAT(map.y, ElementsAre(0, 65535));
  EXPECT_EQ(map.aspect, 1.0);
}

}  // namespace
}  // namespace decant::report
