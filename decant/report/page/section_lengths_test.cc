#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/report/page/sections.h"
#include "decant/report/report_for_tests.h"

namespace decant::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(LengthsSection, TellsSharesBeforeAndAfter) {
  const FakeRun fake = fake_run(100, 2, 1);
  const ReportInput input = fake.input();
  Facts facts = find_facts(input);
  EXPECT_EQ(lengths_section(facts), "") << "pictures have no words";
  facts.lengths = LengthFacts{1, 5.2, 20.7, {{1, 1, 30, 0}, {2, 3, 10, 5}, {1024, 2047, 60, 15}}};
  EXPECT_THAT(lengths_section(facts),
              AllOf(HasSubstr("On average 5 → <b>21</b>"), HasSubstr("1 word<"), HasSubstr("2 to 3 words"),
                    HasSubstr("1,024 to 2,047 words"), HasSubstr("15 of 60 kept"), Not(HasSubstr("one record of"))));
  facts.lengths->stride = 7;
  EXPECT_THAT(lengths_section(facts), HasSubstr("Counted in one record of 7."));
}

}  // namespace
}  // namespace decant::report
