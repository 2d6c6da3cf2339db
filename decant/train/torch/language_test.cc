// Causal networks trained from scratch: what is counted, and that something is learnt.
#include "decant/train/language.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

#include "decant/base/test_support.h"
#include "decant/text/taught_tokens.h"
#include "decant/text/texts_for_tests.h"

namespace decant::train {
namespace {

const char* const kTinyNet = "gpt-mini+width=16+heads=2+depth=1";

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// A question that is not taught, and its answer.
class Questions final : public Rows, public Texts {
 public:
  explicit Questions(Pairs all) : all_(std::move(all)) {}
  int64_t size() const override { return std::ssize(all_); }
  std::string key(int64_t row) const override { return std::to_string(row); }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  int64_t stored_bytes() const override { return 0; }
  const Modality& modality() const override { return modality::records; }
  const Texts* texts() const override { return this; }
  void read(int64_t row, Record& out) const override {
    const auto& [question, answer] = all_[static_cast<size_t>(row)];
    out.restart(0);
    out.turns = {{"user", question, 0, 0, false}, {"assistant", answer, 0, 0, true}};
  }
  std::string schema() const override { return "questions"; }

 private:
  Pairs all_;
};

struct TokensOf {
  explicit TokensOf(const Rows& rows, int32_t size = 256)
      : pairs(text::byte_pairs_of(rows, text::rows_to(rows.size()), size, {})),
        tokens(rows, pairs, {}),
        subset(text::rows_to(rows.size())) {}
  text::BytePairs pairs;
  text::TaughtTokens tokens;
  std::vector<int64_t> subset;

  LanguageJob job(LanguageOptions options) const {
    options.net = kTinyNet;
    return {options, pairs.size() + 1, &tokens, subset, &tokens};
  }
};

TEST(TrainLanguage, BeginsAtTheLogarithmOfTheVocabulary) {
  const TokensOf made(text::SomeTexts({"abc", "a much longer text than the first"}));
  const LanguageResult result = train_language(made.job({.steps = 1, .batch = 2, .context = 8, .learning_rate = 1e-9}), {.threads = 1});
  EXPECT_NEAR(result.token_loss, std::log(257), 0.05);
  EXPECT_NEAR(result.record_loss, std::log(257), 0.05);
  EXPECT_NE(result.token_loss, result.record_loss);
}

TEST(TrainLanguage, LearnsAnswersThatFollowFromQuestions) {
  Pairs all;
  for (int i = 0; i < 40; ++i) all.emplace_back(i % 2 == 0 ? "even?" : "odd?", i % 2 == 0 ? "yes" : "no!");
  const Questions questions(all);
  const TokensOf made(questions);
  const LanguageOptions options{.steps = 150, .batch = 8, .context = 16, .learning_rate = 1e-2, .seed = 3};
  const LanguageResult first = train_language(made.job(options), {.threads = 1});
  EXPECT_LT(first.token_loss, 0.05) << "a token of the answer is certain once the question is known";
  EXPECT_LT(first.final_loss, 0.1);
  EXPECT_EQ(first.steps, 150);
  const LanguageResult again = train_language(made.job(options), {.threads = 1});
  EXPECT_EQ(again.token_loss, first.token_loss);
  EXPECT_EQ(again.record_loss, first.record_loss);
  LanguageOptions other = options;
  other.seed = 4;
  EXPECT_NE(train_language(made.job(other), {.threads = 1}).token_loss, first.token_loss);
}

TEST(TrainLanguage, WindowsCountEveryTaughtTokenOnce) {
  // Nothing is learned, so a context of the whole record and one of three tokens ask the same
  // number of tokens and find about the same.
  const TokensOf made(Questions(Pairs{{"abcdefgh", "ijklmnopq"}, {"r", "s"}}));
  const auto loss = [&](int context) {
    return train_language(made.job({.steps = 1, .batch = 3, .context = context, .learning_rate = 1e-9}), {.threads = 1}).token_loss;
  };
  EXPECT_NEAR(loss(64), loss(3), 0.05);
}

TEST(TrainLanguage, RefusesWhatTeachesNothing) {
  const TokensOf made(Questions(Pairs{{"a", "b"}}));
  LanguageJob job = made.job({.steps = 1});
  job.subset = {};
  expect_says(message_of([&] { train_language(job, {}); }), {"none of the training rows has an answer"});
  job = made.job({.steps = 1});
  job.options.net = "quick";
  expect_says(message_of([&] { train_language(job, {}); }), {"quick", "gpt-mini"});
}

}  // namespace
}  // namespace decant::train
