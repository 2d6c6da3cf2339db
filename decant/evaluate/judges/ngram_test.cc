#include "decant/text/ngram.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/evaluate/evaluation_for_tests.h"
#include "decant/evaluate/judges/list.h"
#include "decant/text/texts_for_tests.h"

namespace decant::evaluate {
namespace {

std::unique_ptr<Judge> ngram(const Rows& rows, std::vector<int64_t> some, const char* order = "3") {
  std::unique_ptr<Judge> judge = make_ngram({});
  OptionTable table;
  judge->declare(table);
  table.find("ngram")->set(order);
  judge->check({});
  static std::vector<int64_t> kept;
  kept = std::move(some);
  judge->settle({.rows = &rows, .some = kept, .trainable = std::ssize(kept), .digest = "data"}, {});
  return judge;
}

TEST(NgramJudge, IsNatsPerTokenOverTokensAndOverRecords) {
  // Words: end 0, unknown 1, a 2, b 3, c 4; the last text is not learned from, so "new" is unknown.
  const text::SomeTexts rows({"a b a b", "a b", "c", "b a new a"});
  const auto judge = ngram(rows, {0, 1, 2});
  const text::SomeTexts test({"a b", "b new c a"});
  const std::vector<int64_t> subset = {0, 2};
  const Result result = judge->judge({.net = "ngram", .rows = &rows, .subset = subset, .test = &test}, {});
  text::NgramModel model(3, 5);
  model.learn(std::vector<uint32_t>{2, 3, 2, 3, 0});
  model.learn(std::vector<uint32_t>{4, 0});
  model.settle();
  const double first = model.loss(std::vector<uint32_t>{2, 3, 0}), second = model.loss(std::vector<uint32_t>{3, 1, 4, 2, 0});
  ASSERT_EQ(result.values.size(), 2u);
  EXPECT_NEAR(result.values[0], (first + second) / 8, 1e-12);
  EXPECT_NEAR(result.values[1], (first / 3 + second / 5) / 2, 1e-12);
  EXPECT_EQ(judge->metrics()[0].name, "token loss");
  EXPECT_FALSE(judge->metrics()[0].higher_is_better || judge->metrics()[1].higher_is_better);
  EXPECT_FALSE(judge->needs());
}

TEST(NgramJudge, LearnsMoreFromTextsOfTheTopicThanFromOthers) {
  const std::vector<std::string> texts = text::drawn_texts(200, 2);
  const text::SomeTexts rows(texts);
  std::vector<std::string> even;
  for (size_t i = 100; i < 200; i += 2) even.push_back(texts[i]);
  const text::SomeTexts test(even);
  const auto judge = ngram(rows, Subset::all(100).rows());
  const auto loss = [&](int64_t first) {
    std::vector<int64_t> subset;
    for (int64_t row = first; row < 100; row += 2) subset.push_back(row);
    return judge->judge({.net = "ngram", .rows = &rows, .subset = subset, .test = &test}, {}).values[0];
  };
  EXPECT_LT(loss(0) + 0.5, loss(1));
}

TEST(NgramJudge, IsNamedByItsOrderAndItsWords) {
  const text::SomeTexts rows({"a"});
  EXPECT_NE(ngram(rows, {0}, "2")->identity("ngram"), ngram(rows, {0})->identity("ngram"));
  EXPECT_NE(ngram(rows, {0}, "2")->pace_key("ngram"), ngram(rows, {0})->pace_key("ngram"));
  EXPECT_THROW(ngram(rows, {0}, "7"), UsageError);
  EXPECT_THROW(ngram(rows, {0}, "0"), UsageError);
}

}  // namespace
}  // namespace decant::evaluate
