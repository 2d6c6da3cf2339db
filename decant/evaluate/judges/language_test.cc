// The judge of causal networks, with a training made up: which tokens it is given, and what it
// makes of the answer. train/torch/language_test.cc has real ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/evaluate/evaluation_for_tests.h"
#include "decant/evaluate/judges/list.h"
#include "decant/text/taught_tokens.h"
#include "decant/text/texts_for_tests.h"

namespace decant::evaluate {
namespace {

struct GivenJob {
  train::LanguageOptions options;
  int64_t vocabulary = 0;
  std::vector<int64_t> subset;
  std::vector<int32_t> first, tested;
};

std::unique_ptr<Judge> judge_of(const Rows& rows, std::span<const int64_t> some, GivenJob& seen,
                                const std::map<std::string, std::string>& given) {
  auto judge =
      make_language({.numerics = [](const std::string& device) { return "made up on " + device; },
                     .train_language =
                         [&seen](const train::LanguageJob& job, const Context&) {
                           const auto first = job.rows->of(job.subset.front());
                           seen = {job.options, job.vocabulary, {job.subset.begin(), job.subset.end()}, {first.begin(), first.end()}};
                           if (job.test != nullptr) seen.tested.assign(job.test->of(0).begin(), job.test->of(0).end());
                           return train::LanguageResult{.token_loss = 2, .record_loss = 3, .steps = job.options.steps};
                         }});
  OptionTable table;
  judge->declare(table);
  for (const auto& [name, text] : given) table.find(name)->set(text);
  judge->check({});
  judge->settle({.rows = &rows, .some = some, .trainable = std::ssize(some), .digest = "data"}, {});
  return judge;
}

TEST(LanguageJudge, TrainsOnTheBytePairsOfAllThatCanBeTrainedOn) {
  const text::SomeTexts rows({"ab ab", "zz", "xyxy xyxy"});
  const text::SomeTexts test({"abxy"});
  const std::vector<int64_t> some = {0, 1}, subset = {0};
  GivenJob seen;
  const auto judge = judge_of(rows, some, seen, {{"vocabulary", "400"}, {"steps", "7"}});
  const Result result = judge->judge({.net = "gpt", .rows = &rows, .subset = subset, .seed = 5, .test = &test}, {});
  EXPECT_EQ(result.values, (std::vector<double>{2, 3}));
  EXPECT_EQ(result.steps, 7);
  EXPECT_EQ(seen.options.net, "gpt");
  EXPECT_EQ(seen.options.seed, 5u);
  EXPECT_EQ(seen.subset, subset);
  EXPECT_EQ(seen.vocabulary, 256 + 1 + 1) << "bytes, \"ab\" and the end; \"xy\" stands in a row that is held out";
  EXPECT_EQ(seen.first, (std::vector<int32_t>{257, 256, ' ', 256, 257}));
  EXPECT_EQ(seen.tested, (std::vector<int32_t>{257, 256, 'x', 'y', 257}));
  EXPECT_EQ(judge->metrics()[0].name, "token loss");
  EXPECT_TRUE(judge->has_chance());
}

TEST(LanguageJudge, ItsResultIsNamedByAllThatDecidesIt) {
  const text::SomeTexts rows({"a", "b"});
  const std::vector<int64_t> some = {0, 1};
  GivenJob seen;
  const auto identity = [&](const std::map<std::string, std::string>& given, const std::string& net = "gpt-mini") {
    return judge_of(rows, some, seen, given)->identity(net);
  };
  const std::string usual = identity({});
  EXPECT_EQ(usual, identity({{"steps", "2000"}}));
  EXPECT_NE(usual, identity({}, "gpt"));
  for (const auto& [name, text] : std::map<std::string, std::string>{{"steps", "9"},
                                                                     {"batch", "2"},
                                                                     {"context", "8"},
                                                                     {"learning-rate", "0.01"},
                                                                     {"weight-decay", "0"},
                                                                     {"warmup", "0"},
                                                                     {"vocabulary", "300"}})
    EXPECT_NE(usual, identity({{name, text}})) << name;
}

TEST(LanguageJudge, RefusesOptionsOutOfRange) {
  const text::SomeTexts rows({"a"});
  const std::vector<int64_t> some = {0};
  GivenJob seen;
  for (const auto& [name, text] : std::map<std::string, std::string>{
           {"steps", "0"}, {"batch", "0"}, {"context", "1"}, {"learning-rate", "0"}, {"warmup", "1"}, {"vocabulary", "255"}})
    expect_says(message_of([&] { judge_of(rows, some, seen, {{name, text}}); }), {name});
}

}  // namespace
}  // namespace decant::evaluate
