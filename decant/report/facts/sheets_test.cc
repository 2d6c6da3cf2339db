#include "decant/report/facts/sheets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/report/report_for_tests.h"

namespace decant::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Sheets, NeverMoreThanThereIsRoomFor) {
  for (const int bins : {0, 1, 10, 25, 26, 75, 76, 5000}) {
    const SheetPlan plan = plan_sheets(bins);
    EXPECT_LE(plan.sheets * plan.rows * 2, kShownRows) << bins;
    EXPECT_GE(plan.rows, 4u) << bins;
  }
  EXPECT_EQ(plan_sheets(10).rows, 12u);
}

TEST(Sheets, ShowRowsOfTheRightKind) {
  const FakeRun fake = fake_run(3000, 10, 4);
  const RowFacts rows = gather_rows(fake.input());
  const std::vector<Sheet> sheets = choose_sheets(rows, 0);
  ASSERT_EQ(sheets.size(), 4u);
  for (const Sheet& sheet : sheets) {
    EXPECT_EQ(sheet.kept.size(), 12u);
    EXPECT_EQ(sheet.left_out.size(), 12u);
    for (const int64_t row : sheet.kept) {
      EXPECT_EQ(rows.kept[static_cast<size_t>(row)], 1);
      EXPECT_EQ(rows.bins[static_cast<size_t>(row)], sheet.bin);
    }
    for (const int64_t row : sheet.left_out) EXPECT_EQ(rows.kept[static_cast<size_t>(row)], 0);
  }
}

/// Three pools, each ordered from its largest row down; the upper half is kept.
FakeRun ranked_run() {
  FakeRun fake = fake_run(60, 3, 1);
  Selection& made = fake.selection;
  made.ranked = true;
  made.order = {};
  std::vector<int32_t> pools;
  for (int32_t row = 0; row < 60; ++row) pools.push_back(row % 3);
  made.pools = pools;
  for (int64_t pool = 0; pool < 3; ++pool) {
    for (int64_t i = 19; i >= 0; --i) made.order.push_back(3 * i + pool);  // every pool from its largest row down
  }
  fake.kept.clear();
  for (int64_t row = 30; row < 60; ++row) fake.kept.push_back(row);
  fake.bad.clear();
  return fake;
}

TEST(Sheets, OfARankingShowItsEndsAndTheCutFromEveryPoolInTurn) {
  const FakeRun fake = ranked_run();
  const std::vector<Sheet> sheets = choose_sheets(gather_rows(fake.input()), 0);
  ASSERT_EQ(sheets.size(), 2u);
  const auto first = [](std::vector<int64_t> rows) { return rows.resize(6), rows; };
  EXPECT_THAT(first(sheets[0].kept), ElementsAre(57, 58, 59, 54, 55, 56));
  EXPECT_THAT(first(sheets[0].left_out), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(first(sheets[1].kept), ElementsAre(30, 31, 32, 33, 34, 35));
  EXPECT_THAT(first(sheets[1].left_out), ElementsAre(27, 28, 29, 24, 25, 26));
  const std::string page = page_of(fake);
  EXPECT_THAT(page, HasSubstr("How these rows were chosen"));
  EXPECT_THAT(page, HasSubstr("left out last"));
}

}  // namespace
}  // namespace decant::report
