#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/evaluate/evaluation_for_tests.h"
#include "decant/evaluate/forecast.h"
#include "decant/evaluate/judges/list.h"
#include "decant/loader/image_table.h"

namespace decant::evaluate {
namespace {

using testing::HasSubstr;

using Train = std::function<train::TrainResult(const train::TrainJob&, const Context&)>;
using Given = std::vector<std::pair<const char*, const char*>>;

train::TrainResult trained(const train::TrainJob& job, const Context&) {
  return {.value = 0.1 * static_cast<double>(job.subset.size()) + 0.01 * static_cast<double>(job.options.seed),
          .steps = job.options.steps,
          .seconds = 0.001 * static_cast<double>(job.options.steps)};
}

std::unique_ptr<Judge> networks(const TestTrial& t, const Given& given = {}, const Train& train = trained, Data data = {}) {
  std::unique_ptr<Judge> judge = make_networks({train, [](const std::string& device) { return "library on " + device; }});
  OptionTable table;
  judge->declare(table);
  for (const auto& [name, text] : given) table.find(name)->set(text);
  judge->check({});
  judge->settle(data.rows == nullptr ? t.data() : data, {});
  return judge;
}

TEST(Networks, TrainOnPicturesThatWereDecodedOnce) {
  TestTrial t;
  const auto judge = networks(t, {}, [](const train::TrainJob& job, const Context& context) {
    EXPECT_EQ(context.threads, 1);
    EXPECT_EQ(job.classes, 2);
    EXPECT_EQ(job.options.net, "quick");
    EXPECT_TRUE(job.table->kept());
    EXPECT_TRUE(job.test_table->size() == (ImageSize{8, 8, 1}));
    return trained(job, context);
  });
  const Evidence evidence = t.judged_by(*judge);
  EXPECT_NEAR(evidence.find("quick", "small")->mean, 0.21, 1e-12);
  EXPECT_EQ(evidence.metrics, std::vector<Metric>{top_1()});
  EXPECT_THAT(evidence.protocol, HasSubstr("2,500 steps of batch 64, sgd with peak rate 0.1 (linear to zero, 20 % warm-up)"));
}

/// Seven answers of two classes: certain and right, certain and wrong, and so on.
train::TrainResult answered(const train::TrainJob& job, const Context&) {
  train::TrainResult made{.value = job.first_step > 0 ? 0.25 : 0.5, .steps = job.options.steps, .weights = {1}};
  made.attacked = job.attack ? 0.125 : -1;
  for (int64_t row = 0; row < job.test->size(); ++row) {
    made.logits.push_back(row < 5 ? 2.0F : 0.0F);
    made.logits.push_back(row < 5 ? 0.0F : 2.0F);
  }
  return made;
}

TEST(Networks, MeasureOtherColumnsOfTheSameTraining) {
  TestTrial t;
  int asked = 0;
  const auto judge = networks(t, {{"also", "corrupt,ece,robust"}}, [&](const train::TrainJob& job, const Context& context) {
    asked += job.first_step > 0 ? 1 : 0;
    return answered(job, context);
  });
  ASSERT_EQ(judge->metrics().size(), 4u);
  EXPECT_EQ(judge->metrics()[1].name, "ece");
  const Evidence evidence = t.judged_by(*judge, {.threads = 1});
  // All rows are of class 0: five of seven are right, and all are said with 1 / (1 + e^−2).
  EXPECT_NEAR(evidence.find("quick", "full", 1)->mean, std::abs(5.0 / 7 - 1 / (1 + std::exp(-2.0))), 1e-6);
  EXPECT_DOUBLE_EQ(evidence.find("quick", "full", 2)->mean, 0.25);
  EXPECT_DOUBLE_EQ(evidence.find("quick", "full", 3)->mean, 0.125);
  EXPECT_EQ(asked, 9 * 4);  // of each training four ways
  EXPECT_NE(judge->identity("quick"), networks(t)->identity("quick"));
  EXPECT_THAT(message_of<UsageError>([&] { networks(t, {{"also", "ecce"}}); }), HasSubstr("did you mean 'ece'?"));
}

TEST(Networks, AreNamedByAllThatDecidesTheResult) {
  TestTrial t;
  const std::string usual = networks(t)->identity("quick");
  EXPECT_NE(networks(t)->identity("vit"), usual);
  for (const auto& [name, text] : Given{{"steps", "7"},
                                        {"batch", "8"},
                                        {"no-flip", "true"},
                                        {"learning-rate", "0.2"},
                                        {"weight-decay", "0"},
                                        {"schedule", "cosine"},
                                        {"crop", "0"},
                                        {"image-size", "16"},
                                        {"device", "cuda"}})
    EXPECT_NE(networks(t, {{name, text}})->identity("quick"), usual) << name;
  EXPECT_EQ(networks(t, {{"image-size", "8"}})->identity("quick"), usual) << "the size that they have";
  EXPECT_EQ(networks(t, {{"steps", "2500"}})->identity("quick"), usual);
  Data data = t.data();
  data.classes = 3;
  EXPECT_NE(networks(t, {}, trained, data)->identity("quick"), usual);
  EXPECT_EQ(networks(t, {{"device", "cuda"}})->numerics(), "library on cuda");
  EXPECT_FALSE(networks(t, {{"device", "cuda"}})->side_by_side());
}

TEST(Networks, EpochsArePassesOverTheFullSet) {
  TestTrial t;
  Data data = t.data();
  data.trainable = 50000;
  EXPECT_EQ(networks(t, {{"epochs", "200"}, {"batch", "128"}}, trained, data)->steps(), 78125);
  EXPECT_EQ(networks(t, {{"epochs", "200"}, {"steps", "9"}}, trained, data)->steps(), 9) << "the later of the two";
  EXPECT_THROW(make_networks({})->check({"steps", "epochs"}), UsageError);
}

TEST(Networks, ForecastByStepsThatAreTimedWhereItIsWorthIt) {
  TestTrial t;
  int calls = 0;
  const Train counting = [&](const train::TrainJob& job, const Context&) {
    ++calls;
    EXPECT_EQ(job.test, nullptr);
    return train::TrainResult{.seconds = 1 + 0.01 * static_cast<double>(job.options.steps)};
  };
  const auto judge = networks(t, {}, counting);
  const Plan plan = make_plan(t.trial, *judge, t.options, &t.store);
  const auto estimated = [&](Timing timing) { return forecast(plan, *judge, t.options, &t.store, timing, {.threads = 1}); };
  EXPECT_FALSE(estimated(Timing::never).seconds);
  const Forecast one = estimated(Timing::when_worth_it);
  EXPECT_EQ(calls, 4) << "2 steps, then 6, 18 and 54, which is half a second";
  EXPECT_NEAR(*one.seconds, 9 * 0.01 * (2500 + 7.0 / 3 / 64), 1e-6);
  EXPECT_EQ(one.text(), "about 3 min 45 s for 9 trainings of 2,500 steps on 1 thread");
  estimated(Timing::when_worth_it);
  EXPECT_EQ(calls, 4) << "the pace is known";
  EXPECT_TRUE(estimated(Timing::never).seconds);
  EXPECT_EQ(seconds_at_known_pace(9, 1, *judge, t.options, t.store), estimated(Timing::never).seconds);
  EXPECT_FALSE(seconds_at_known_pace(9, 2, *judge, t.options, t.store)) << "two at a time were never timed";

  const auto brief = networks(t, {{"steps", "40"}, {"batch", "32"}}, counting);
  EXPECT_FALSE(
      forecast(make_plan(t.trial, *brief, t.options, nullptr), *brief, t.options, &t.store, Timing::when_worth_it, {.threads = 1}).seconds)
      << "shorter than timing it";
  EXPECT_EQ(calls, 4);
}

TEST(Networks, DoNotTimeTheStartOfADevice) {
  TestTrial t;
  bool started = false;
  const auto judge = networks(t, {{"device", "cuda"}}, [&](const train::TrainJob& job, const Context&) {
    const double start = std::exchange(started, true) ? 0 : 100;
    return train::TrainResult{.seconds = start + 0.1 * static_cast<double>(job.options.steps)};
  });
  const Plan plan = make_plan(t.trial, *judge, t.options, nullptr);
  const Forecast found = forecast(plan, *judge, t.options, &t.store, Timing::when_worth_it, {.threads = 1});
  EXPECT_NEAR(*found.seconds, 9 * 0.1 * 2500, 10);
}

TEST(Networks, ForecastRoundsOfWorkers) {
  TestTrial t;
  t.trial.arms.pop_back();  // six runs on four threads: two rounds
  const auto judge = networks(t, {{"steps", "3000"}});
  const Plan plan = make_plan(t.trial, *judge, t.options, nullptr);
  const Forecast found = forecast(plan, *judge, t.options, &t.store, Timing::when_worth_it, {.threads = 4});
  EXPECT_EQ(found.workers, 4);
  EXPECT_NEAR(*found.seconds, 6, 0.01);
}

}  // namespace
}  // namespace decant::evaluate
