#include "decant/evaluate/evaluate.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/data/verdict.h"
#include "decant/evaluate/evaluation_for_tests.h"

namespace decant::evaluate {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;

/// A whole judge: its value is made of what it was asked, so that a mix-up shows, and lower is
/// better.
class ToyJudge : public Judge {
 public:
  std::function<void(const Case&, const Context&)> on_case = [](const Case&, const Context&) {};
  double rate = 1;
  bool chance = true;

  const Modality& modality() const override { return modality::pictures; }
  std::vector<Metric> metrics() const override {
    return {{.name = "loss", .title = "loss", .unit = "nats", .most = INFINITY, .decimals = 2, .higher_is_better = false}, top_1()};
  }
  void declare(OptionTable& table) override { table.add("rate", rate, "R", "of the toy"); }
  void check(const std::set<std::string>&) const override {}
  void settle(const Data&, const Context&) override {}
  std::string in_words() const override { return "toy"; }
  std::string identity(const std::string& net) const override { return json_text({{"judge", "toy"}, {"net", net}, {"rate", rate}}); }
  std::string numerics() const override { return "paper and pencil"; }
  bool has_chance() const override { return chance; }
  void prepare(std::span<const Wanted> wanted, const Rows&, const Context&) override {
    for (const Wanted& rows : wanted) prepared = rows.subset;
  }
  Result judge(const Case& one, const Context& context) const override {
    on_case(one, context);
    const double share = 0.1 * static_cast<double>(one.subset.size()) + 0.01 * static_cast<double>(one.seed);
    return {{10 - share, share}, 7, 2.5};
  }
  double work(int64_t rows) const override { return static_cast<double>(rows); }
  std::string pace_key(const std::string& net) const override { return net; }

  Subset prepared;
};

TEST(Evaluate, GivesEveryNetArmAndSeedItsOwnRun) {
  TestTrial t;
  t.options.nets = {"quick", "vit"};
  ToyJudge judge;
  std::mutex mutex;
  std::multiset<std::string> seen;
  judge.on_case = [&](const Case& one, const Context& context) {
    const std::lock_guard lock(mutex);
    seen.insert(one.net + std::to_string(one.subset.front()) + std::to_string(one.subset.size()) + std::to_string(one.seed));
    EXPECT_EQ(context.threads, 1);
    EXPECT_EQ(one.test, &t.rows);
  };
  const Evidence evidence = t.judged_by(judge);
  EXPECT_EQ(seen.size(), 2u * 3 * 3);
  EXPECT_EQ(judge.prepared, (Subset{0, 1, 2, 3, 5})) << "what all runs read, once";
  EXPECT_EQ(evidence.cells.size(), 2u * 6);
  const Evidence::Cell& small = *evidence.find("vit", "small", 1);
  EXPECT_THAT(small.values, ElementsAre(DoubleEq(0.2), DoubleEq(0.21), DoubleEq(0.22)));
  EXPECT_THAT(small.seeds, ElementsAre(0, 1, 2));
  EXPECT_NEAR(small.mean, 0.21, 1e-12);
  EXPECT_NEAR(small.ci95, 4.30265 * 0.01 / std::sqrt(3), 1e-6);
  EXPECT_EQ(small.rows, 2);
  EXPECT_EQ(small.budget, (Budget{2, Budget::Unit::rows}));
  EXPECT_DOUBLE_EQ(small.keep, 0.5);
  EXPECT_DOUBLE_EQ(small.seconds, 7.5);
  EXPECT_EQ(small.steps, 7);
  EXPECT_NEAR(small.against_random->mean, 0, 1e-12);
  EXPECT_NEAR(small.against_full->mean, -0.2, 1e-12);
  EXPECT_NEAR(small.against_full->half_width, 0, 1e-12) << "the seeds' scatter is common to both";
}

TEST(Evaluate, TakesWordsAndUnitsFromTheJudge) {
  TestTrial t;
  ToyJudge judge;
  const Evidence evidence = t.judged_by(judge);
  EXPECT_EQ(evidence.protocol, "toy, 3 seeds");
  EXPECT_THAT(verdicts(evidence)[0].text(), HasSubstr("Trained on everything, it scores 0.20 nats lower"));
  EXPECT_EQ(to_json(evidence)["results"][0]["metric"], "loss");
}

TEST(Evaluate, MakesNothingTwice) {
  TestTrial t;
  ToyJudge judge;
  const Evidence first = t.judged_by(judge);
  EXPECT_EQ(t.store.runs(), 9);
  EXPECT_EQ(first.cost.trained, 9);
  ToyJudge never;
  never.on_case = [](const Case&, const Context&) { throw BugError("judged again"); };
  const Evidence again = t.judged_by(never);
  EXPECT_EQ(again.cost.known, 9);
  EXPECT_EQ(again.cost.trained, 0);
  EXPECT_TRUE(std::isnan(again.cost.share()));
  Json a = to_json(first), b = to_json(again);
  a.erase("overhead"), b.erase("overhead");
  EXPECT_EQ(a, b);

  t.trial.arms.push_back({"another", &t.rows, "data", fixed({1, 4})});  // only the new set is judged, and three fresh seeds
  EXPECT_EQ(t.judged_by(judge).cost.trained, 3);
  t.options.seeds = 4;
  EXPECT_EQ(t.judged_by(judge).cost.trained, 4);
}

TEST(Evaluate, JudgesAnewWhatAnythingChanges) {
  TestTrial t;
  ToyJudge judge;
  t.judged_by(judge);
  const auto pending = [&](auto change) {
    TestTrial other;
    ToyJudge changed;
    other.store.kept = t.store.kept;
    change(other, changed);
    return make_plan(other.trial, changed, other.options, &other.store).pending().size();
  };
  EXPECT_EQ(pending([](TestTrial&, ToyJudge&) {}), 0u);
  EXPECT_EQ(pending([](TestTrial&, ToyJudge& j) { j.rate = 2; }), 9u);
  EXPECT_EQ(pending([](TestTrial& o, ToyJudge&) { o.options.first_seed = 1; }), 3u) << "seeds 1 and 2 are known";
  EXPECT_EQ(pending([](TestTrial& o, ToyJudge&) { o.options.nets = {"vit"}; }), 9u);
  EXPECT_EQ(pending([](TestTrial& o, ToyJudge&) { o.trial.test_digest = "other pictures"; }), 9u);
  EXPECT_EQ(pending([](TestTrial& o, ToyJudge&) { o.trial.arms[2].digest = "other bytes"; }), 3u);
  EXPECT_EQ(pending([](TestTrial& o, ToyJudge&) { o.trial.arms[2].subset = fixed({1, 3}); }), 3u);
  for (const char* damaged :
       {"{}", "not JSON", R"({"values": [1], "steps": 1, "seconds": 1})", R"({"values": [1, "x"], "steps": 1, "seconds": 1})"}) {
    EXPECT_EQ(pending([&](TestTrial& o, ToyJudge&) {
                for (auto& [identity, text] : o.store.kept) text = damaged;
              }),
              9u)
        << damaged << " is as good as absent";
  }
}

TEST(Evaluate, GoesOnWhereItWasInterrupted) {
  TestTrial t;
  ToyJudge judge;
  int calls = 0;
  judge.on_case = [&](const Case&, const Context&) {
    if (++calls == 5) throw IoError({"", "", "the machine went away", ""});
  };
  EXPECT_THROW(t.judged_by(judge, {.threads = 1}), IoError);
  EXPECT_EQ(t.store.runs(), 4);
  calls = 100;
  const Evidence whole = t.judged_by(judge, {.threads = 1});
  EXPECT_EQ(calls, 105);
  EXPECT_EQ(whole.cost.known, 4);
  EXPECT_EQ(whole.cost.trained, 5);
  TestTrial undisturbed;
  ToyJudge fresh;
  EXPECT_EQ(to_json(whole)["results"], to_json(undisturbed.judged_by(fresh))["results"]);
}

TEST(Evaluate, MakesRunsThatAreTheSameOnce) {
  TestTrial t;
  ToyJudge judge;
  judge.chance = false;
  EXPECT_EQ(t.judged_by(judge).cost.trained, 1 + 3 + 1) << "only random draws anew";
  t.trial.arms.push_back({"twin", &t.rows, "data", fixed({2, 3})});
  EXPECT_EQ(t.judged_by(judge).cost.trained, 0);
}

TEST(Evaluate, OneSeedHasNoInterval) {
  TestTrial t;
  t.options.seeds = 1;
  ToyJudge judge;
  const Json results = to_json(t.judged_by(judge, {.threads = 1}))["results"];
  EXPECT_TRUE(results[4]["ci95"].is_null());
  EXPECT_TRUE(results[4]["against_random"]["ci95"].is_null());
}

TEST(Evaluate, PassesOnTheFailureOfARun) {
  TestTrial t;
  ToyJudge judge;
  judge.on_case = [](const Case&, const Context&) { throw InputError({"", "step 7", "the loss is no number", ""}); };
  EXPECT_THROW(t.judged_by(judge), InputError);
  t.options.seeds = 0;
  EXPECT_THROW(t.judged_by(judge), UsageError);
  t.options.seeds = 1;
  t.options.nets.clear();
  EXPECT_THROW(t.judged_by(judge), UsageError);
  t.options.nets = {"quick"};
  t.trial.arms.push_back({"nothing", &t.rows, "data", fixed({})});
  EXPECT_THAT(message_of([&] { t.judged_by(judge); }), HasSubstr("nothing: has no rows"));
}

}  // namespace
}  // namespace decant::evaluate
