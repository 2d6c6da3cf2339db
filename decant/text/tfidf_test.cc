#include "decant/text/tfidf.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "decant/text/texts_for_tests.h"
#include "decant/text/words.h"

namespace decant::text {
namespace {

/// The formula of the header over words themselves, the weights of each text in falling order.
std::vector<std::vector<double>> plain_weights(const std::vector<std::string>& texts, int least) {
  std::vector<std::map<std::string, int>> counts;
  std::map<std::string, int> holders;
  for (const std::string& text : texts) {
    std::string scratch;
    auto& own = counts.emplace_back();
    each_word(text, scratch, [&](std::string_view word) { ++own[std::string(word)]; });
    for (const auto& [word, count] : own) ++holders[word];
  }
  std::vector<std::vector<double>> all;
  for (const auto& own : counts) {
    auto& weights = all.emplace_back();
    double squares = 0;
    for (const auto& [word, count] : own) {
      if (holders[word] < least) continue;
      const double idf = std::log((1.0 + static_cast<double>(texts.size())) / (1.0 + holders[word])) + 1;
      weights.push_back((1 + std::log(count)) * idf);
      squares += weights.back() * weights.back();
    }
    for (double& weight : weights) weight /= std::sqrt(squares);
    std::ranges::sort(weights, std::greater());
  }
  return all;
}

TEST(Tfidf, IsTheFormulaWhereNoTwoWordsShareAColumn) {
  const std::vector<std::string> texts = drawn_texts(60);
  const SomeTexts rows(texts);
  const Tfidf tfidf(rows, rows_to(60), {.bits = 24, .least = 3}, {});
  const SparseMatrix matrix = tfidf.rows_of(rows, rows_to(60), {});
  const auto expected = plain_weights(texts, 3);
  ASSERT_EQ(matrix.rows(), 60);
  for (int64_t row = 0; row < 60; ++row) {
    std::vector<float> weights(matrix.values_of(row).begin(), matrix.values_of(row).end());
    std::ranges::sort(weights, std::greater());
    ASSERT_EQ(weights.size(), expected[static_cast<size_t>(row)].size());
    for (size_t i = 0; i < weights.size(); ++i) EXPECT_NEAR(weights[i], expected[static_cast<size_t>(row)][i], 1e-6);
    EXPECT_TRUE(std::ranges::is_sorted(matrix.columns_of(row)));
  }
}

TEST(Tfidf, GivesAnEmptyRowForATextOfUnknownWords) {
  const SomeTexts rows({"a b", "b a", "unheard of", "?!", ""});
  const Tfidf tfidf(rows, rows_to(5), {}, {});
  const SparseMatrix matrix = tfidf.rows_of(rows, std::vector<int64_t>{2, 0, 3}, {});
  EXPECT_EQ(tfidf.columns(), 2);
  EXPECT_THAT(matrix.starts, testing::ElementsAre(0, 0, 2, 2));
}

TEST(Tfidf, IsTheSameForEveryNumberOfThreads) {
  const SomeTexts rows(drawn_texts(9000));
  const auto of = [&](int threads) {
    const Context context{.threads = threads};
    return Tfidf(rows, rows_to(9000), {}, context).rows_of(rows, rows_to(9000), context);
  };
  const SparseMatrix one = of(1);
  const SparseMatrix three = of(3);
  EXPECT_EQ(one.starts, three.starts);
  EXPECT_EQ(one.column, three.column);
  EXPECT_EQ(one.value, three.value);
}

TEST(SparseMatrix, TransposesTwiceToItself) {
  const SomeTexts rows(drawn_texts(50));
  const SparseMatrix matrix = Tfidf(rows, rows_to(50), {}, {}).rows_of(rows, rows_to(50), {});
  const SparseMatrix across = transposed(matrix);
  EXPECT_EQ(across.rows(), matrix.columns);
  EXPECT_EQ(across.entries(), matrix.entries());
  const SparseMatrix back = transposed(across);
  EXPECT_EQ(back.starts, matrix.starts);
  EXPECT_EQ(back.column, matrix.column);
  EXPECT_EQ(back.value, matrix.value);
}

}  // namespace
}  // namespace decant::text
