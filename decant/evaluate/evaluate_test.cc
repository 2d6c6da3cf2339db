#include "decant/evaluate/evaluate.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <mutex>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/evaluate/forecast.h"
#include "decant/evaluate/protocol.h"
#include "decant/loader/image_table.h"

namespace decant::evaluate {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;

class NoRows final : public Rows, public Pictures, public Targets {
 public:
  int64_t size() const override { return 7; }
  std::string key(int64_t) const override { return ""; }
  int32_t label(int64_t) const override { return 0; }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  void decode(int64_t, Image& image) const override { image.resize({8, 8, 1}); }
  std::optional<ImageSize> fixed_size() const override { return ImageSize{8, 8, 1}; }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }
  int64_t stored_bytes() const override { return 0; }
};

/// Keeps in memory what a cache keeps in files.
class MapStore final : public Store {
 public:
  std::optional<std::string> find(const std::string& identity) override {
    const std::lock_guard lock(mutex_);
    const auto found = kept.find(identity);
    return found == kept.end() ? std::nullopt : std::optional(found->second);
  }
  void keep(const std::string& identity, const std::string& result) override {
    const std::lock_guard lock(mutex_);
    kept[identity] = result;
  }
  int64_t runs() const {
    return std::ranges::count_if(kept, [](const auto& entry) { return entry.first.starts_with("{\"run\""); });
  }
  std::map<std::string, std::string> kept;

 private:
  std::mutex mutex_;
};

std::function<Subset(uint64_t)> fixed(Subset rows) {
  return [rows](uint64_t) { return rows; };
}

/// Accuracy made of what the job was given, so that a mix-up shows.
train::TrainResult fake(const train::TrainJob& job, const Context&) {
  train::TrainResult result;
  result.accuracy = 0.1 * static_cast<double>(job.subset.size()) + 0.01 * static_cast<double>(job.options.seed);
  result.steps = job.options.steps;
  result.seconds = 0.001 * static_cast<double>(job.options.steps);
  return result;
}

struct Fixture {
  NoRows rows;
  Trial trial;
  Options options;
  MapStore store;

  Fixture() {
    trial.arms = {{"full", &rows, "data", fixed({0, 1, 2, 3})},
                  {"random", &rows, "data",
                   [](uint64_t seed) {
                     return Subset{static_cast<int64_t>(seed), 5};
                   }},
                  {"small", &rows, "data", fixed({2, 3})}};
    trial.test = &rows;
    trial.classes = 2;
    trial.size = {8, 8, 1};
    trial.every_row = 4;
  }
  Evidence judge(const Trainer& trainer = fake, Context context = {.threads = 4}) {
    return evaluate(trial, options, make_plan(trial, options, &store), trainer, &store, context);
  }
};

TEST(Evaluate, GivesEveryNetArmAndSeedItsOwnRun) {
  Fixture f;
  f.options.nets = {"quick", "vit"};
  std::mutex mutex;
  std::multiset<std::string> seen;
  const Evidence evidence = f.judge([&](const train::TrainJob& job, const Context& context) {
    const std::lock_guard lock(mutex);
    seen.insert(job.options.net + std::to_string(job.subset.front()) + std::to_string(job.subset.size()) +
                std::to_string(job.options.seed));
    EXPECT_EQ(context.threads, 1);
    EXPECT_EQ(job.classes, 2);
    EXPECT_TRUE(job.table->kept());
    EXPECT_TRUE(job.test_table->size() == (ImageSize{8, 8, 1}));
    return fake(job, context);
  });
  EXPECT_EQ(seen.size(), 2u * 3 * 3);
  EXPECT_EQ(evidence.cells.size(), 6u);
  const Evidence::Cell& small = *evidence.find("vit", "small");
  EXPECT_THAT(small.values, ElementsAre(DoubleEq(0.2), DoubleEq(0.21), DoubleEq(0.22)));
  EXPECT_THAT(small.seeds, ElementsAre(0, 1, 2));
  EXPECT_NEAR(small.mean, 0.21, 1e-12);
  EXPECT_NEAR(small.ci95, 4.30265 * 0.01 / std::sqrt(3), 1e-6);
  EXPECT_EQ(small.rows, 2);
  EXPECT_DOUBLE_EQ(small.keep, 0.5);
  EXPECT_DOUBLE_EQ(small.seconds, 7.5);
  EXPECT_NEAR(small.against_random->mean, 0, 1e-12);
  EXPECT_NEAR(small.against_full->mean, -0.2, 1e-12);
  EXPECT_NEAR(small.against_full->half_width, 0, 1e-12) << "the seeds' scatter is common to both";
}

TEST(Evaluate, TrainsNothingTwice) {
  Fixture f;
  const Evidence first = f.judge();
  EXPECT_EQ(f.store.runs(), 9);
  EXPECT_EQ(first.cost.trained, 9);
  const Trainer never = [](const train::TrainJob&, const Context&) -> train::TrainResult { throw BugError("trained again"); };
  const Evidence again = f.judge(never);
  EXPECT_EQ(again.cost.known, 9);
  EXPECT_EQ(again.cost.trained, 0);
  EXPECT_TRUE(std::isnan(again.cost.share()));
  Json a = to_json(first), b = to_json(again);
  a.erase("overhead"), b.erase("overhead");
  EXPECT_EQ(a, b);

  f.trial.arms.push_back({"another", &f.rows, "data", fixed({1, 4})});  // only the new set is trained, and three fresh seeds
  EXPECT_EQ(f.judge().cost.trained, 3);
  f.options.seeds = 4;
  EXPECT_EQ(f.judge().cost.trained, 4);
}

TEST(Evaluate, TrainsAnewWhatAnyOptionChanges) {
  Fixture f;
  f.judge();
  const auto pending = [&](auto change) {
    Fixture other;
    other.store.kept = f.store.kept;
    change(other);
    return make_plan(other.trial, other.options, &other.store).pending().size();
  };
  EXPECT_EQ(pending([](Fixture&) {}), 0u);
  EXPECT_EQ(pending([](Fixture& o) { o.options.training.steps = 7; }), 9u);
  EXPECT_EQ(pending([](Fixture& o) { o.options.training.flip = false; }), 9u);
  EXPECT_EQ(pending([](Fixture& o) { o.options.training.learning_rate = 0.2; }), 9u);
  EXPECT_EQ(pending([](Fixture& o) { o.options.training.seed = 1; }), 3u) << "seeds 1 and 2 are known";
  EXPECT_EQ(pending([](Fixture& o) { o.options.nets = {"vit"}; }), 9u);
  EXPECT_EQ(pending([](Fixture& o) { o.options.numerics = "another library"; }), 9u);
  EXPECT_EQ(pending([](Fixture& o) { o.trial.test_digest = "other pictures"; }), 9u);
  EXPECT_EQ(pending([](Fixture& o) { o.trial.classes = 3; }), 9u);
  EXPECT_EQ(pending([](Fixture& o) { o.trial.size = {16, 16, 1}; }), 9u);
  EXPECT_EQ(pending([](Fixture& o) { o.trial.arms[2].digest = "other bytes"; }), 3u);
  EXPECT_EQ(pending([](Fixture& o) { o.trial.arms[2].subset = fixed({1, 3}); }), 3u);
  EXPECT_EQ(pending([](Fixture& o) {
              for (auto& [identity, text] : o.store.kept) text = "{}";  // damaged: as good as absent
            }),
            9u);
}

TEST(Evaluate, GoesOnWhereItWasInterrupted) {
  Fixture f;
  int calls = 0;
  const Trainer fails_halfway = [&](const train::TrainJob& job, const Context& context) {
    if (++calls == 5) throw IoError({"", "", "the machine went away", ""});
    return fake(job, context);
  };
  EXPECT_THROW(f.judge(fails_halfway, {.threads = 1}), IoError);
  EXPECT_EQ(f.store.runs(), 4);
  calls = 100;
  const Evidence whole = f.judge(fails_halfway, {.threads = 1});
  EXPECT_EQ(calls, 105);
  EXPECT_EQ(whole.cost.known, 4);
  EXPECT_EQ(whole.cost.trained, 5);
  Fixture undisturbed;
  EXPECT_EQ(to_json(whole)["results"], to_json(undisturbed.judge())["results"]);
}

TEST(Evaluate, TrainsRunsThatAreTheSameOnce) {
  Fixture f;
  f.options.nets = {"linear"};  // no seed in it
  EXPECT_EQ(f.judge().cost.trained, 1 + 3 + 1);
  f.trial.arms.push_back({"twin", &f.rows, "data", fixed({2, 3})});
  EXPECT_EQ(f.judge().cost.trained, 0);
}

TEST(Evaluate, OneSeedHasNoInterval) {
  Fixture f;
  f.options.seeds = 1;
  const Evidence evidence = f.judge(fake, {.threads = 1});
  EXPECT_TRUE(to_json(evidence)["results"][2]["ci95"].is_null());
  EXPECT_TRUE(to_json(evidence)["results"][2]["against_random"]["ci95"].is_null());
}

TEST(Evaluate, PassesOnTheFailureOfARun) {
  Fixture f;
  const Trainer diverges = [](const train::TrainJob&, const Context&) -> train::TrainResult {
    throw InputError({"", "step 7", "the loss is no number", ""});
  };
  EXPECT_THROW(f.judge(diverges), InputError);
  f.options.seeds = 0;
  EXPECT_THROW(f.judge(), UsageError);
  f.options.seeds = 1;
  f.options.nets.clear();
  EXPECT_THROW(f.judge(), UsageError);
  f.options.nets = {"quick"};
  f.trial.arms.push_back({"nothing", &f.rows, "data", fixed({})});
  EXPECT_THAT(message_of([&] { f.judge(); }), HasSubstr("nothing: has no rows"));
}

TEST(Forecast, TimesStepsWhenItIsWorthItAndRemembersThePace) {
  Fixture f;
  f.options.training.steps = 2500;
  const Plan plan = make_plan(f.trial, f.options, &f.store);
  int calls = 0;
  const Trainer counting = [&](const train::TrainJob& job, const Context&) {
    ++calls;
    EXPECT_EQ(job.test, nullptr);
    train::TrainResult result;
    result.seconds = 1 + 0.01 * static_cast<double>(job.options.steps);
    return result;
  };
  const auto foretell = [&](Timing timing, int threads) {
    return forecast(plan, f.trial, f.options, counting, &f.store, timing, {.threads = threads});
  };
  EXPECT_FALSE(foretell(Timing::never, 1).seconds);
  const Forecast one = foretell(Timing::when_worth_it, 1);
  EXPECT_EQ(calls, 4) << "2 steps, then 6, 18 and 54, which is half a second";
  EXPECT_NEAR(*one.seconds, 9 * 0.01 * (2500 + 7.0 / 3 / 64), 1e-6);
  EXPECT_EQ(one.text(), "about 3 min 45 s for 9 trainings of 2,500 steps on 1 thread");
  foretell(Timing::when_worth_it, 1);
  EXPECT_EQ(calls, 4) << "the pace is known";
  EXPECT_TRUE(foretell(Timing::never, 1).seconds);
  EXPECT_EQ(seconds_at_known_pace(9, 1, f.trial.test->size(), f.trial, f.options, f.store), foretell(Timing::never, 1).seconds);
  EXPECT_FALSE(seconds_at_known_pace(9, 2, f.trial.test->size(), f.trial, f.options, f.store)) << "two at a time were never timed";

  f.options.training.steps = 40;
  f.options.training.batch = 32;
  EXPECT_FALSE(
      forecast(make_plan(f.trial, f.options, nullptr), f.trial, f.options, counting, &f.store, Timing::when_worth_it, {.threads = 1})
          .seconds)
      << "shorter than timing it";
  EXPECT_EQ(calls, 4);
}

TEST(Forecast, CountsRoundsOfWorkers) {
  Fixture f;
  f.options.training.steps = 3000;
  f.trial.arms.pop_back();  // six runs on four threads: two rounds
  const Plan plan = make_plan(f.trial, f.options, nullptr);
  const Forecast forecast_ = forecast(plan, f.trial, f.options, fake, &f.store, Timing::when_worth_it, {.threads = 4});
  EXPECT_EQ(forecast_.workers, 4);
  EXPECT_NEAR(*forecast_.seconds, 6, 0.01);
}

TEST(Protocol, AreKnownByName) {
  EXPECT_EQ(protocol_named("quick").training.steps, 2500);
  const Protocol paper = protocol_named("paper");
  EXPECT_EQ(paper.net, "resnet18");
  EXPECT_EQ(train::steps_of(paper.training, 50000), 78125);
  EXPECT_EQ(paper.training.label_smoothing, 0);
  EXPECT_THROW(protocol_named("slow"), UsageError);
  EXPECT_THAT(in_words(paper.training, {"resnet18"}, 3), HasSubstr("batch 128, sgd with peak rate 0.1 (cosine to zero, 0 % warm-up)"));
  EXPECT_THAT(in_words({}, {"linear"}, 1), HasSubstr("logistic regression"));
}

}  // namespace
}  // namespace decant::evaluate
