#include "decant/report/trial_page.h"

#include <gmock/gmock.h>

namespace decant::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TrialRecord some_record() {
  TrialRecord record{.trial = "continual",
                     .protocol = "two tasks",
                     .metrics = {top_1(), {.name = "memory", .title = "memory", .unit = "kB", .scale = 1e-3}}};
  record.add("random", 0, {0.5, 0.6});
  record.add("random", 1, {2000, 2000});
  record.add("<b>bold</b>", 0, {0.7, 0.8});
  record.series = {{"random", "tasks", "accuracy, %", {1, 2}, {90, 55}}, {"<b>bold</b>", "tasks", "accuracy, %", {1, 2}, {95, 75}}};
  record.notes = {"Nothing is known of tomorrow."};
  record.stages = {{"random", 0, "task 0", 1.5, false}, {"<b>bold</b>", 0, "task 0", 2.5, true}};
  record.seconds = 75;
  record.peak_rss_bytes = 412'000'000;
  compare_with_random(record);
  return record;
}

TEST(TrialPage, ShowsResultsSeriesAndNotes) {
  const TrialRecord record = some_record();
  const std::string page = render_trial({record, "mnist", "What is a memory worth?", "decant trial continual mnist", "1.2.3"});
  EXPECT_THAT(page, HasSubstr("<h1>What is a memory worth?</h1>"));
  EXPECT_THAT(
      page,
      HasSubstr("<td>random</td><td class=\"n\">55.0&nbsp;±&nbsp;63.5</td><td class=\"n\">–</td><td class=\"n\">2.0&nbsp;±&nbsp;0.0</td>"));
  EXPECT_THAT(page,
              HasSubstr("<td class=\"n\">75.0&nbsp;±&nbsp;63.5</td><td class=\"n\">+20.0&nbsp;±&nbsp;0.0</td><td class=\"n\">–</td>"));
  EXPECT_THAT(page, HasSubstr("accuracy, %, by tasks"));
  EXPECT_THAT(page, HasSubstr("Nothing is known of tomorrow."));
  EXPECT_THAT(page, HasSubstr("This call took 1 min 15 s and at most 412 MB of memory."));
  EXPECT_THAT(page,
              HasSubstr("<td>random</td><td class=\"n\">1</td><td class=\"n\">1.5</td><td class=\"n\">1.5</td><td class=\"n\">0</td>"));
  EXPECT_EQ(page, render_trial({record, "mnist", "What is a memory worth?", "decant trial continual mnist", "1.2.3"}));
}

TEST(TrialPage, NamesAreTextAndNothingIsFetched) {
  const TrialRecord record = some_record();
  const std::string page = render_trial({record, "<script>", "What?", "decant trial '<img>'", "1"});
  EXPECT_THAT(page, Not(HasSubstr("<b>bold</b>")));
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;bold&lt;/b&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(TrialPage, OfNothingHasNoCharts) {
  const TrialRecord record{.trial = "search", .protocol = "none", .metrics = {top_1()}};
  const std::string page = render_trial({record, "x", "What?", "decant", "1"});
  EXPECT_THAT(page, Not(HasSubstr("<svg")));
  EXPECT_THAT(page, Not(HasSubstr("On the way there")));
  EXPECT_THAT(page, Not(HasSubstr("What it took")));
}

}  // namespace
}  // namespace decant::report
