#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/report/page/sections.h"
#include "decant/report/report_for_tests.h"

namespace decant::report {
namespace {

TEST(Opening, SaysTheMainThingFirst) {
  FakeRun fake = fake_run(500, 10, 10);
  fake.run.rows = 50000, fake.run.kept = 10000, fake.run.bytes_before = 153'700'000, fake.run.bytes_after = 30'700'000;
  const ReportInput input = fake.input();
  EXPECT_EQ(headline_of(find_facts(input)), "10,000 of 50,000 pictures kept (20 %), 30.7 MB of 154 MB.");
}

TEST(Opening, StatesWhatIsKeptInRowsCellsAndBytes) {
  FakeRun fake = fake_run(500, 10, 10);
  fake.run.rows = 50000, fake.run.kept = 10000, fake.run.bytes_before = 153'700'000, fake.run.bytes_after = 18'444'000;
  fake.run.patches = PatchRecord{.cells = 10000 * 64, .cells_kept = 10000 * 48};
  const ReportInput input = fake.input();
  EXPECT_EQ(headline_of(find_facts(input)),
            "10,000 of 50,000 pictures kept (20 %), with 75 % of their cells (15 % of all), 18.4 MB of 154 MB (12 %).");
  EXPECT_THAT(opening(find_facts(input)), testing::HasSubstr("<dd>15&nbsp;%<small>rows × cells: 20&nbsp;% × 75&nbsp;%;"));
}

}  // namespace
}  // namespace decant::report
