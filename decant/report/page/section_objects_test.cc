#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/report/page/sections.h"

namespace decant::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(ObjectsSection, SaysWhatIsKeptAndWhichClassLost) {
  RunRecord run{.rows = 1000, .kept = 250, .bins = {{"", 1000, 250}}};
  run.content = ContentRecord{"objects", {{"a<b", 400, 40, 200, 20}, {"dog", 100, 60, 50, 30}}, 1, 1};
  const ReportInput input{.run = run};
  const Facts facts = find_facts(input);
  EXPECT_THAT(objects_section(facts),
              AllOf(HasSubstr("The kept pictures hold 100 of 500 objects (20&nbsp;%); as many random ones hold 125 on average."),
                    HasSubstr("Of 1 picture without any, 1 is kept."), HasSubstr("title=\"random rows: 100\"><b>40</b> of 400"),
                    HasSubstr("class=\"expected\" x=\"25.00%\"")));
  EXPECT_THAT(opening(facts), AllOf(HasSubstr("This command trains detectors on everything"), HasSubstr("decant evaluate"),
                                    HasSubstr("One class lost more than a random choice takes: a&lt;b (40 of 400).")));
  EXPECT_THAT(words_section(facts), AllOf(HasSubstr("The place of a row in the order: 0 came first"), Not(HasSubstr("within a class"))))
      << "all of them were ordered together";
}

TEST(ObjectsSection, NamesClassesThatKeepLessThanWasAskedFor) {
  RunRecord run{.rows = 1000, .kept = 2};
  run.content = ContentRecord{"objects", {{"cat", 400, 9, 200, 2, 10}, {"dog", 3, 3, 3, 3, 3}, {"eel", 50, 20, 2, 2, 10}}, 0, 0};
  const ReportInput input{.run = run};
  EXPECT_THAT(objects_section(find_facts(input)), HasSubstr("not met for one: cat (9 of 10)."));
}

TEST(ObjectsSection, IsLeftOutOfOtherRuns) {
  const RunRecord run{.rows = 10, .kept = 2};
  const ReportInput input{.run = run};
  EXPECT_THAT(objects_section(find_facts(input)), IsEmpty());
}

}  // namespace
}  // namespace decant::report
