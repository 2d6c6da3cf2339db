#include "decant/evaluate/evaluate.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mutex>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/loader/image_table.h"

namespace decant::evaluate {
namespace {

class NoRows final : public Rows {
 public:
  int64_t size() const override { return 7; }
  std::string key(int64_t) const override { return ""; }
  int32_t label(int64_t) const override { return 0; }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  void decode(int64_t, Image& image) const override { image.resize({8, 8, 1}); }
  std::optional<ImageSize> fixed_size() const override { return ImageSize{8, 8, 1}; }
  bool has_images() const override { return true; }
  int64_t stored_bytes() const override { return 0; }
};

std::function<Subset(uint64_t)> fixed(Subset rows) {
  return [rows](uint64_t) { return rows; };
}

struct Fixture {
  NoRows rows;
  std::vector<Arm> arms = {{"full", &rows, {0, 1, 2, 3}, fixed({0, 1, 2, 3})},
                           {"random", &rows, {0, 1, 2}, [](uint64_t seed) { return Subset{static_cast<int64_t>(seed)}; }},
                           {"small", &rows, {2, 3}, fixed({2, 3})}};
  Options options;
};

/// Accuracy made of what the job was given, so that a mix-up shows.
train::TrainResult fake(const train::TrainJob& job, const Context&) {
  train::TrainResult result;
  result.accuracy = 0.1 * static_cast<double>(job.subset.size()) + 0.01 * static_cast<double>(job.options.seed);
  result.steps = job.options.steps;
  result.seconds = 1;
  return result;
}

TEST(Evaluate, GivesEveryNetArmAndSeedItsOwnRun) {
  Fixture f;
  f.options.nets = {"quick", "vit"};
  std::mutex mutex;
  std::multiset<std::string> seen;
  const Evidence evidence = evaluate(f.arms, f.rows, 2, f.options,
                                     [&](const train::TrainJob& job, const Context& context) {
                                       const std::lock_guard lock(mutex);
                                       seen.insert(job.options.net + std::to_string(job.subset.size()) + std::to_string(job.options.seed));
                                       EXPECT_EQ(context.threads, 1);
                                       EXPECT_EQ(job.classes, 2);
                                       EXPECT_TRUE(job.table->kept());
                                       EXPECT_TRUE(job.test_table->size() == (ImageSize{8, 8, 1}));
                                       return fake(job, context);
                                     },
                                     {.threads = 4});
  EXPECT_EQ(seen.size(), 2u * 3 * 3);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 18u);
  const Cell& small = *evidence.find("vit", "small");
  EXPECT_THAT(small.accuracy, testing::ElementsAre(testing::DoubleEq(0.2), testing::DoubleEq(0.21), testing::DoubleEq(0.22)));
  EXPECT_NEAR(small.mean, 0.21, 1e-12);
  EXPECT_NEAR(small.ci95, 4.30265 * 0.01 / std::sqrt(3), 1e-6);
  EXPECT_EQ(small.rows, 2);
  EXPECT_DOUBLE_EQ(small.seconds, 3);
}

TEST(Evaluate, OneSeedHasNoInterval) {
  Fixture f;
  f.options.seeds = 1;
  const Evidence evidence = evaluate(f.arms, f.rows, 2, f.options, fake, {.threads = 1});
  EXPECT_TRUE(to_json(evidence)["results"][0]["ci95"].is_null());
  EXPECT_THAT(verdicts(evidence)[0], testing::HasSubstr("one seed"));
}

TEST(Evaluate, PassesOnTheFailureOfARun) {
  Fixture f;
  const Trainer diverges = [](const train::TrainJob&, const Context&) -> train::TrainResult {
    throw InputError({"", "step 7", "the loss is no number", ""});
  };
  EXPECT_THROW(evaluate(f.arms, f.rows, 2, f.options, diverges, {.threads = 2}), InputError);
  f.options.seeds = 0;
  EXPECT_THROW(evaluate(f.arms, f.rows, 2, f.options, fake, {}), UsageError);
}

TEST(Verdicts, SayWhenNothingIsShown) {
  Evidence evidence{"", 10, {{"quick", "random", 5, {0.70, 0.72, 0.71}}, {"quick", "small", 5, {0.72, 0.71, 0.715}, 0.715}}};
  EXPECT_THAT(verdicts(evidence)[0], testing::HasSubstr("no difference shown"));
  evidence.cells[1].accuracy = {0.80, 0.82, 0.81};
  EXPECT_THAT(verdicts(evidence)[0], testing::HasSubstr("+10.0 ± 2.3 points against random"));
  EXPECT_THAT(verdicts(evidence)[0], testing::Not(testing::HasSubstr("no difference")));
}

}  // namespace
}  // namespace decant::evaluate
