#include "decant/text/ngram.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <set>

#include "decant/base/random.h"
#include "decant/text/answers.h"
#include "decant/text/texts_for_tests.h"

namespace decant::text {
namespace {

using Tokens = std::vector<uint32_t>;
constexpr uint32_t kStart = 1000;

/// The formula of the header, word for word: every n-gram is found by going through all texts.
class PlainModel {
 public:
  PlainModel(int order, uint32_t vocabulary, const std::vector<Tokens>& texts) : order_(order), vocabulary_(vocabulary) {
    for (const Tokens& text : texts) {
      texts_.push_back({kStart});
      texts_.back().insert(texts_.back().end(), text.begin(), text.end());
    }
  }

  double probability(Tokens history, uint32_t token) const {
    history.insert(history.begin(), kStart);
    const size_t longest = static_cast<size_t>(order_) - 1;
    if (history.size() > longest) history.erase(history.begin(), history.end() - static_cast<ptrdiff_t>(longest));
    return of_length(history, token);
  }

 private:
  double of_length(const Tokens& history, uint32_t token) const {
    const double lower = history.empty() ? 1.0 / vocabulary_ : of_length(Tokens(history.begin() + 1, history.end()), token);
    const std::vector<double> discount = discounts(history.size() + 1);
    double total = 0, left = 0;
    for (uint32_t next = 0; next < vocabulary_; ++next) {
      const int a = adjusted(with(history, next));
      total += a;
      left += discount[static_cast<size_t>(std::min(a, 3))];
    }
    if (total == 0) return lower;
    const int a = adjusted(with(history, token));
    return (std::max(a - discount[static_cast<size_t>(std::min(a, 3))], 0.0) + left * lower) / total;
  }

  static Tokens with(Tokens tokens, uint32_t next) {
    tokens.push_back(next);
    return tokens;
  }

  int adjusted(const Tokens& gram) const {
    int count = 0;
    std::set<uint32_t> before;
    for (const Tokens& text : texts_) {
      for (size_t at = 0; at + gram.size() <= text.size(); ++at) {
        if (!std::equal(gram.begin(), gram.end(), text.begin() + static_cast<ptrdiff_t>(at))) continue;
        ++count;
        if (at > 0) before.insert(text[at - 1]);
      }
    }
    const bool counted = gram.size() == static_cast<size_t>(order_) || gram.front() == kStart;
    return counted ? count : static_cast<int>(before.size());
  }

  std::vector<double> discounts(size_t length) const {
    if (known_.contains(length)) return known_[length];
    std::set<Tokens> grams;
    for (const Tokens& text : texts_) {
      for (size_t at = 0; at + length <= text.size(); ++at)
        grams.emplace(text.begin() + static_cast<ptrdiff_t>(at), text.begin() + static_cast<ptrdiff_t>(at + length));
    }
    grams.erase({kStart});
    std::map<int, double> n;
    for (const Tokens& gram : grams) ++n[adjusted(gram)];
    std::vector<double> d = {0, 0.5, 1, 1.5};
    if (n[1] > 0 && n[2] > 0 && n[3] > 0 && n[4] > 0) {
      const double y = n[1] / (n[1] + 2 * n[2]);
      const std::vector<double> estimated = {0, 1 - 2 * y * n[2] / n[1], 2 - 3 * y * n[3] / n[2], 3 - 4 * y * n[4] / n[3]};
      bool sound = true;
      for (size_t i = 1; i <= 3; ++i) sound = sound && estimated[i] >= 0 && estimated[i] <= static_cast<double>(i);
      if (sound) d = estimated;
    }
    return known_[length] = d;
  }

  int order_;
  uint32_t vocabulary_;
  std::vector<Tokens> texts_;
  mutable std::map<size_t, std::vector<double>> known_;
};

/// Texts in which tokens depend on the one before, and small numbers are frequent.
std::vector<Tokens> drawn(uint64_t seed, int texts, uint32_t vocabulary) {
  std::vector<Tokens> all;
  for (int i = 0; i < texts; ++i) {
    Random random(seed, "ngram", static_cast<uint64_t>(i));
    Tokens& text = all.emplace_back();
    const uint64_t length = random.below(9);
    uint64_t last = 0;
    for (uint64_t at = 0; at < length; ++at) {
      last = random.below(2) == 0 ? 1 + last % (vocabulary - 2) : 1 + random.below(1 + random.below(vocabulary - 2));
      text.push_back(static_cast<uint32_t>(last));
    }
    text.push_back(kEndOfText);
  }
  return all;
}

NgramModel model_of(int order, uint32_t vocabulary, const std::vector<Tokens>& texts) {
  NgramModel model(order, vocabulary);
  for (const Tokens& text : texts) model.learn(text);
  model.settle();
  return model;
}

TEST(Ngram, IsTheFormulaAndSumsToOneAfterEveryHistory) {
  constexpr uint32_t kVocabulary = 9;  // 8 is never seen
  for (const int order : {1, 2, 3, 4}) {
    for (const int count : {1, 6, 60}) {
      const std::vector<Tokens> texts = drawn(static_cast<uint64_t>(count), count, kVocabulary);
      const NgramModel model = model_of(order, kVocabulary, texts);
      const PlainModel plain(order, kVocabulary, texts);
      std::vector<Tokens> histories = {{}, {1}, {8}, {1, 2}, {8, 1}, {1, 8}, {3, 1, 2}, {2, 2, 2, 2}};
      for (const Tokens& text : drawn(99, 6, kVocabulary)) histories.emplace_back(text.begin(), text.end() - 1);
      for (const Tokens& history : histories) {
        double sum = 0;
        for (uint32_t token = 0; token < kVocabulary; ++token) {
          const double probability = model.probability(history, token);
          EXPECT_NEAR(probability, plain.probability(history, token), 1e-12) << order << " " << count << " " << token;
          EXPECT_GT(probability, 0);
          sum += probability;
        }
        EXPECT_NEAR(sum, 1, 1e-12) << order << " " << count << testing::PrintToString(history);
      }
    }
  }
}

TEST(Ngram, EstimatesDiscountsWhereThereIsEnoughText) {
  // Drawn text of this size has every n_i, and then discounts other than KenLM's must follow.
  const std::vector<Tokens> texts = drawn(3, 400, 40);
  const NgramModel model = model_of(2, 40, texts);
  const PlainModel plain(2, 40, texts);
  for (const Tokens& history : std::vector<Tokens>{{}, {1}, {5}, {7, 3}})
    EXPECT_NEAR(model.probability(history, 2), plain.probability(history, 2), 1e-12);
}

TEST(Ngram, LossIsOfEveryTokenAfterItsOwnText) {
  const std::vector<Tokens> texts = drawn(7, 50, 12);
  const NgramModel model = model_of(3, 12, texts);
  double sum = 0;
  for (const Tokens& text : {texts[3], texts[4]}) {
    for (size_t at = 0; at < text.size(); ++at) sum -= std::log(model.probability(std::span(text).first(at), text[at]));
  }
  Tokens both = texts[3];
  both.insert(both.end(), texts[4].begin(), texts[4].end());
  EXPECT_NEAR(model.loss(both), sum, 1e-9);
  NgramModel at_once(3, 12);
  Tokens all;
  for (const Tokens& text : texts) all.insert(all.end(), text.begin(), text.end());
  at_once.learn(all);
  at_once.settle();
  EXPECT_EQ(at_once.loss(both), model.loss(both)) << "a text ends where its end mark stands";
  EXPECT_NEAR(NgramModel(2, 12).loss(std::vector<uint32_t>{3, 0}), 2 * std::log(12.0), 1e-12) << "nothing learned: all alike";
}

TEST(Answers, AreTheMarkedTurnsOrAllOfThem) {
  Record record;
  record.turns = {{.role = "user", .text = "What is it?"}, {.role = "assistant", .text = "It's one.", .answer = true}};
  std::string scratch, said;
  each_answer_token(
      record, scratch, [&](std::string_view word) { said += std::string(word) + " "; }, [&] { said += ". "; });
  EXPECT_EQ(said, "it s one . ");
  EXPECT_EQ(answer_tokens(record, scratch), 4);
  record.turns[1].answer = false;
  EXPECT_EQ(answer_tokens(record, scratch), 8);
}

}  // namespace
}  // namespace decant::text
