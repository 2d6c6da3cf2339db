#include "decant/data/trial_record.h"

#include <gmock/gmock.h>

#include "decant/base/json.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

TEST(TrialRecordTable, TablesShowIntervalsDifferencesAndSeries) {
  TrialRecord record{.trial = "made up", .protocol = "as it came", .metrics = {top_1()}};
  record.add("random", 0, {0.5, 0.6});
  record.add("other", 0, {0.6, 0.7});
  record.series = {{"random", "tasks", "accuracy, %", {1, 2}, {90, 80}}, {"other", "tasks", "accuracy, %", {1, 2}, {91, 85}}};
  compare_with_random(record);
  const std::string table = table_of(record);
  EXPECT_THAT(table, HasSubstr("other   65.0 ± 63.5     +10.0 ± 0.0"));
  EXPECT_THAT(table, HasSubstr("accuracy, % by tasks     1     2\nrandom                90.0  80.0\nother                 91.0  85.0\n"));
  EXPECT_NEAR(to_json(record)["results"][1]["mean"].get<double>(), 65, 1e-9);
}

TEST(TrialRecordTable, StagesAreSummedByArmAndUnknownSecondsStayUnknown) {
  TrialRecord record{.trial = "made up", .protocol = "as it came", .metrics = {top_1()}};
  record.add("random", 0, {0.5, 0.6});
  EXPECT_THAT(table_of(record), ::testing::Not(HasSubstr("s a stage"))) << "no stage, no table";
  record.stages = {{"random", 0, "task 0", 1.5, false},
                   {"random", 0, "task 1", 2.5, true},
                   {"older", 0, "task 0", 3, true},
                   {"older", 0, "task 1", std::nullopt, true}};
  record.seconds = 75;
  record.peak_rss_bytes = 412'000'000;
  const std::string table = table_of(record);
  EXPECT_THAT(table, HasSubstr("set     stages  s a stage  s in all  of an earlier run\n"));
  EXPECT_THAT(table, HasSubstr("random       2        2.0       4.0                  1\n"));
  EXPECT_THAT(table, HasSubstr("older        2        3.0         –                  2\n"));
  EXPECT_THAT(table, HasSubstr("This call took 1 min 15 s and at most 412 MB of memory.\n"));

  const Json json = to_json(record);
  EXPECT_EQ(json["stages"][1], (Json{{"set", "random"}, {"seed", 0}, {"stage", "task 1"}, {"seconds", 2.5}, {"kept", true}}));
  EXPECT_TRUE(json["stages"][3]["seconds"].is_null());
  EXPECT_EQ(json["peak_rss_bytes"], 412'000'000);
}

}  // namespace
}  // namespace decant
