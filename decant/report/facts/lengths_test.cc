#include "decant/report/facts/lengths.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "decant/base/errors.h"

namespace decant::report {
namespace {

/// Record i has `lengths[i]` words; below 0 it cannot be read.
class Lengths final : public Texts {
 public:
  explicit Lengths(std::vector<int> lengths) : lengths_(std::move(lengths)) {}
  void read(int64_t row, Record& out) const override {
    const int words = lengths_[static_cast<size_t>(row)];
    if (words < 0) throw InputError({"", std::to_string(row), "is damaged", ""});
    out.restart(0);
    text_.clear();
    for (int i = 0; i < words; ++i) text_ += "Word, ";
    out.turns = {{"user", text_, 0, 0, false}};
  }
  std::string schema() const override { return "lengths"; }
  RowFacts rows(std::vector<uint8_t> kept) const { return {.count = std::ssize(lengths_), .kept = std::move(kept)}; }

 private:
  std::vector<int> lengths_;
  mutable std::string text_;
};

std::string told(const LengthFacts& facts) {
  std::string out;
  for (const LengthClass& each : facts.classes) out += fmt::format("{}-{}:{}/{} ", each.from, each.to, each.kept, each.rows);
  return out;
}

TEST(Lengths, CountsWordsInClassesThatDouble) {
  const Lengths texts({1, 2, 3, 7, 8, 15, -1, 3});
  const auto facts = length_facts(texts, texts.rows({1, 0, 1, 1, 0, 0, 1, 0}));
  ASSERT_TRUE(facts);
  EXPECT_EQ(told(*facts), "1-1:1/1 2-3:1/3 4-7:1/1 8-15:0/2 ");
  EXPECT_DOUBLE_EQ(facts->words, 39.0 / 7);
  EXPECT_DOUBLE_EQ(facts->kept_words, 11.0 / 3);
  EXPECT_EQ(facts->stride, 1);
}

TEST(Lengths, OfEmptyRecordsAndOfNoneKept) {
  const Lengths texts({0, 0});
  EXPECT_EQ(told(*length_facts(texts, texts.rows({1, 0}))), "0-0:1/2 ");
  EXPECT_FALSE(length_facts(texts, texts.rows({0, 0})));
  const Lengths none({});
  EXPECT_FALSE(length_facts(none, none.rows({})));
}

TEST(Lengths, ReadsASampleOfManyRows) {
  const Lengths texts(std::vector<int>(500'001, 1));
  const auto facts = length_facts(texts, texts.rows(std::vector<uint8_t>(500'001, 1)));
  EXPECT_EQ(facts->stride, 3);
  EXPECT_EQ(told(*facts), "1-1:166667/166667 ");
}

}  // namespace
}  // namespace decant::report
