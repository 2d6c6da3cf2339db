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

}  // namespace
}  // namespace decant
