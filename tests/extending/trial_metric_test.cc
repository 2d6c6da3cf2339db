// A metric of a trial: what is left at the end of the task that is remembered worst.
#include <algorithm>
#include <gtest/gtest.h>

#include "decant/trials/trials_for_tests.h"

namespace decant::trials {
namespace {

const TrialMetric& worst_task = add_trial_metric({.trial = "continual",
                                                  .metric = {.name = "worst task", .title = "worst task", .unit = "%", .scale = 100},
                                                  .of = [](const Numbers& numbers) {
                                                    const std::vector<double>& each =
                                                        numbers.at("of tasks");  // after every task, of all until then
                                                    const auto tasks = std::ssize(numbers.at("accuracy"));
                                                    return *std::min_element(each.end() - tasks, each.end());
                                                  }});

TEST(ATrialMetric, IsAFileAndALine) {
  MadeUpTraining training;
  const Source source = shaded_source(60, 6);
  const auto trial = settled("continual", training.tools(), source, {{"tasks", "3"}, {"memory", "12"}, {"steps", "3"}});
  const TrialRecord record = run_trial(*trial, source, arms_of(*trial, {std::make_shared<FirstRows>()}), {.seeds = 2}, nullptr, {});
  EXPECT_EQ(record.metrics.back().name, worst_task.metric.name);
  const size_t column = record.metrics.size() - 1;
  EXPECT_DOUBLE_EQ(record.find("first", column)->mean, 1);
  EXPECT_DOUBLE_EQ(record.find("no-memory", column)->mean, 0);
  EXPECT_EQ(record.find("first", column)->values.size(), 2u);
}

}  // namespace
}  // namespace decant::trials
