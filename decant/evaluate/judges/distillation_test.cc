#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mutex>

#include "decant/base/errors.h"
#include "decant/evaluate/evaluation_for_tests.h"
#include "decant/evaluate/forecast.h"
#include "decant/evaluate/judges/list.h"
#include "decant/evaluate/protocol.h"
#include "decant/train/diverged.h"

namespace decant::evaluate {
namespace {

using testing::HasSubstr;

/// What trainings were asked for; a set is worth its epochs, and more with a loss of its own.
struct Trainer {
  std::vector<train::TrainOptions> seen;
  std::mutex mutex;
  bool fails = false;  ///< with a loss of its own

  train::TrainResult operator()(const train::TrainJob& job) {
    const std::lock_guard lock(mutex);
    seen.push_back(job.options);
    if (fails && job.options.loss == "mse") throw train::Diverged(14, INFINITY, job.options.learning_rate);
    const double value = 0.0005 * job.options.epochs + (job.options.loss == "mse" ? 0.25 : 0);
    return {.value = value, .steps = train::steps_of(job.options, std::ssize(job.subset)), .seconds = 1};
  }
};

struct Warnings final : LogSink {
  std::vector<std::string> said;
  void log(LogLevel, std::string_view message) override { said.emplace_back(message); }
};

/// The judge as the protocol has it, with what is given besides.
std::unique_ptr<Judge> distillation(Trainer& trainer, const Data& data,
                                    const std::vector<std::pair<std::string, std::string>>& given = {}) {
  auto judge = make_distillation({[&](const train::TrainJob& job, const Context&) { return trainer(job); },
                                  [](const std::string& device) { return "library on " + device; }});
  OptionTable table;
  judge->declare(table);
  for (const auto& [name, text] : protocol_named("distillation").options) table.find(name)->set(text);
  for (const auto& [name, text] : given) table.find(name)->set(text);
  judge->check({});
  judge->settle(data, {});
  return judge;
}

TEST(Distillation, MeasuresEachSetPlainAugmentedAndAsItAsks) {
  TestTrial t;
  t.options.seeds = 1;
  t.trial.arms[2].training = {{"loss", "mse"}, {"soft-labels", "true"}, {"epochs", "50"}, {"net", "lenet"}};
  Trainer trainer;
  const auto judge = distillation(trainer, t.data());
  EXPECT_TRUE(judge->heeds_sets());
  const Evidence evidence = t.judged_by(*judge, {.threads = 1});
  EXPECT_EQ(evidence.metrics.size(), 3U);
  EXPECT_NEAR(evidence.find("quick", "random", 0)->mean, 0.15, 1e-12);
  EXPECT_NEAR(evidence.find("quick", "small", 0)->mean, 0.15, 1e-12) << "on its classes, whatever it asks";
  EXPECT_NEAR(evidence.find("quick", "small", 1)->mean, 0.5, 1e-12);
  EXPECT_NEAR(evidence.find("quick", "small", 2)->mean, 0.275, 1e-12);
  EXPECT_EQ(evidence.find("quick", "random", 2), nullptr) << "asks for nothing";
  EXPECT_EQ(evidence.find("quick", "small")->steps, 300) << "an epoch is a batch of all its rows";
  for (const train::TrainOptions& options : trainer.seen) {
    EXPECT_EQ(options.net, "quick");
    EXPECT_TRUE(options.decay_all && options.cap_batch);
    EXPECT_EQ(options.augment, options.epochs == 300 ? "none" : "dsa");
    EXPECT_EQ(options.soft_labels, options.loss == "mse");
  }
}

TEST(Distillation, CountsATrainingThatDivergesAsGuessing) {
  TestTrial t;
  t.options.seeds = 1;
  t.trial.arms[2].training = {{"loss", "mse"}};
  Trainer trainer{.fails = true};
  Warnings warnings;
  const Evidence evidence = t.judged_by(*distillation(trainer, t.data()), {.threads = 1, .log = &warnings});
  EXPECT_EQ(evidence.find("quick", "small", 2)->mean, 1.0 / t.data().classes);
  EXPECT_NEAR(evidence.find("quick", "small", 1)->mean, 0.5, 1e-12) << "the other columns are what they are";
  EXPECT_THAT(warnings.said, testing::Contains(HasSubstr("counts as guessing: at step 14 its loss is inf")));
}

TEST(Distillation, KeepsWhatSaysNothing) {
  TestTrial t;
  Trainer trainer;
  const auto judge = distillation(trainer, t.data());
  t.judged_by(*judge);
  const size_t trained = trainer.seen.size();
  EXPECT_EQ(t.judged_by(*judge).cells.size(), 6U) << "three sets, two columns";
  EXPECT_EQ(trainer.seen.size(), trained) << "the third column's absence is cached, too";
  t.trial.arms[2].training = {{"augment", "dsa"}};
  EXPECT_EQ(t.judged_by(*judge).find("quick", "small", 2)->mean, 0.5);
  EXPECT_EQ(trainer.seen.size(), trained + 6) << "what it asks is what is usual: three seeds, twice";
}

TEST(Distillation, TakesWhatIsGiven) {
  TestTrial t;
  t.options.seeds = 1;
  Trainer trainer;
  const auto by_steps = distillation(trainer, t.data(), {{"steps", "40"}, {"no-flip", "true"}, {"augment", "crop_scale"}});
  EXPECT_THAT(by_steps->in_words(), HasSubstr("40 steps, batches of 256 at most, momentum 0.9 with rate 0.01"));
  EXPECT_THAT(by_steps->in_words(), HasSubstr("DSA crop_scale without flip"));
  EXPECT_EQ(t.judged_by(*by_steps).find("quick", "small")->steps, 40);
  const auto by_epochs = distillation(trainer, t.data(), {{"epochs", "7"}});
  EXPECT_EQ(t.judged_by(*by_epochs).find("quick", "small", 1)->mean, 0.0035);
  EXPECT_NE(by_epochs->identity("quick"), by_steps->identity("quick"));
  EXPECT_NEAR(by_epochs->work(4), 2 * 7 * 4 + 2 * 7 / 3.0, 1e-9);
  EXPECT_THROW(by_steps->check({"steps", "epochs"}), UsageError);
}

TEST(Distillation, LeavesColumnsOut) {
  TestTrial t;
  t.options.seeds = 1;
  t.trial.arms[2].training = {{"loss", "mse"}};
  Trainer trainer;
  const auto all = distillation(trainer, t.data());
  const auto some = distillation(trainer, t.data(), {{"columns", "own,plain"}});
  const Evidence evidence = t.judged_by(*some);
  ASSERT_EQ(evidence.metrics.size(), 2U);
  EXPECT_EQ(evidence.metrics[0].title, "accuracy, plain");
  EXPECT_EQ(evidence.metrics[1].title, "accuracy, as the set asks");
  EXPECT_NEAR(evidence.find("quick", "small", 0)->mean, 0.15, 1e-12);
  EXPECT_NEAR(evidence.find("quick", "small", 1)->mean, 0.75, 1e-12);
  EXPECT_EQ(trainer.seen.size(), 4U) << "three sets plainly, one as it asks";
  EXPECT_LT(some->work(4), all->work(4));
  EXPECT_NE(some->identity("quick"), all->identity("quick"));
  EXPECT_EQ(distillation(trainer, t.data(), {{"columns", "dsa,own,plain"}})->identity("quick"), all->identity("quick"));
  EXPECT_THROW(distillation(trainer, t.data(), {{"columns", "plain,soft"}}), UsageError);
  EXPECT_THROW(distillation(trainer, t.data(), {{"columns", ""}}), UsageError);
}

/// Rows of pictures of another side.
class WideRows final : public WrappedRows, public Pictures {
 public:
  WideRows(const Rows& rows, int side) : WrappedRows(std::shared_ptr<const Rows>(&rows, [](const Rows*) {})), side_(side) {}
  const Pictures* pictures() const override { return this; }
  void decode(int64_t, Image& image) const override { image.resize({side_, side_, 1}); }
  std::optional<ImageSize> fixed_size() const override { return ImageSize{side_, side_, 1}; }

 private:
  int side_;
};

TEST(Distillation, TakesAConvNetAsDeepAsThePicturesAsk) {
  for (const auto& [side, net] : {std::pair{28, "convnet"}, {32, "convnet"}, {64, "convnet+depth=4"}}) {
    TestTrial t;
    t.options = {.nets = {"convnet", "convnet+depth=2"}, .seeds = 1};
    const WideRows rows(t.rows, side);
    for (Arm& arm : t.trial.arms) arm.rows = &rows;
    t.trial.test = &rows;
    Data data = t.data();
    data.rows = &rows;
    Trainer trainer;
    t.judged_by(*distillation(trainer, data), {.threads = 1});
    EXPECT_EQ(std::ranges::count(trainer.seen, net, &train::TrainOptions::net), 6) << side;
    EXPECT_EQ(std::ranges::count(trainer.seen, "convnet+depth=2", &train::TrainOptions::net), 6);
  }
}

TEST(Distillation, TimesAFewSteps) {
  TestTrial t;
  Trainer trainer;
  const auto judge = distillation(trainer, t.data());
  const double pace = judge->time({"quick", &t.rows, t.some, 0}, 2, 1e9, {});
  EXPECT_NEAR(pace, 1.0 / (8 * 4), 1e-12) << "a second for eight batches of four";
  for (const train::TrainOptions& options : trainer.seen) EXPECT_EQ(options.steps, 8);
}

}  // namespace
}  // namespace decant::evaluate
