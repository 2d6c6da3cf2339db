#include "decant/dedup/copies.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "decant/base/random.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Copy train(int64_t row, int32_t label = 0, int64_t size = 10) {
  return {row, false, label, size, "t" + std::to_string(row)};
}

Copy test(int64_t row, int32_t label = 0) {
  return {row, true, label, 10, "e" + std::to_string(row)};
}

CopyPair near(Copy one, Copy other, double similarity) {
  return {std::move(one), std::move(other), similarity, Sameness::near};
}

/// "row repeats row", e before a test row.
std::vector<std::string> dropped_of(const Copies& copies) {
  std::vector<std::string> all;
  for (const DroppedRow& row : copies.dropped) all.push_back(row.dropped.key + " repeats " + row.repeats.key + " " + name_of(row.how));
  return all;
}

TEST(Copies, TheFirstStaysAndTheOthersSayWhatTheyRepeat) {
  const std::vector<CopyPair> pairs = {
      {train(3), train(5), 1, Sameness::bytes}, {train(3), train(9), 1, Sameness::content}, near(train(3), train(4), 0.97)};
  EXPECT_THAT(dropped_of(resolve_copies(pairs, {})), ElementsAre("t5 repeats t3 bytes", "t9 repeats t3 content"));
  EXPECT_THAT(dropped_of(resolve_copies(pairs, {.threshold = 0.95})),
              ElementsAre("t4 repeats t3 near", "t5 repeats t3 bytes", "t9 repeats t3 content"));
  EXPECT_THAT(dropped_of(resolve_copies(pairs, {.threshold = 0.98})), ElementsAre("t5 repeats t3 bytes", "t9 repeats t3 content"));
}

TEST(Copies, TheRuleSaysWhichStays) {
  const std::vector<CopyPair> pairs = {{train(1, kNoLabel, 10), train(2, 0, 5), 1, Sameness::content},
                                       {train(1, kNoLabel, 10), train(3, 0, 40), 1, Sameness::content}};
  EXPECT_THAT(dropped_of(resolve_copies(pairs, {.stays = Stays::first})), ElementsAre("t2 repeats t1 content", "t3 repeats t1 content"));
  EXPECT_THAT(dropped_of(resolve_copies(pairs, {.stays = Stays::largest})), ElementsAre("t1 repeats t3 content", "t2 repeats t3 content"));
  EXPECT_THAT(dropped_of(resolve_copies(pairs, {.stays = Stays::labelled})), ElementsAre("t1 repeats t2 content", "t3 repeats t2 content"));
}

TEST(Copies, AChainKeepsWhatIsNoCopyOfARowThatStays) {
  const std::vector<CopyPair> pairs = {near(train(0), train(1), 0.96), near(train(1), train(2), 0.96)};
  const Copies copies = resolve_copies(pairs, {.threshold = 0.95});
  EXPECT_THAT(dropped_of(copies), ElementsAre("t1 repeats t0 near"));
  ASSERT_EQ(copies.clusters.size(), 1u);
  EXPECT_EQ(copies.clusters[0].rows.size(), 3u);
}

TEST(Copies, ALeakNeverStaysUnlessAsked) {
  const std::vector<CopyPair> pairs = {{train(0), test(7), 1, Sameness::bytes},
                                       near(train(0), train(1), 0.96),
                                       near(train(2), test(8), 0.99),
                                       {test(8), test(9), 1, Sameness::bytes}};
  const Copies copies = resolve_copies(pairs, {.threshold = 0.95});
  EXPECT_THAT(dropped_of(copies), ElementsAre("t0 repeats e7 bytes", "t1 repeats e7 near", "t2 repeats e8 near"));
  EXPECT_THAT(copies.leaking, ElementsAre(0, 1, 2));
  EXPECT_THAT(copies.leaked, ElementsAre(7, 8, 9));
  const Copies kept = resolve_copies(pairs, {.threshold = 0.95, .keep_leaks = true});
  EXPECT_THAT(dropped_of(kept), ElementsAre("t1 repeats t0 near"));
  EXPECT_THAT(kept.leaked, ElementsAre(7, 8, 9));
  EXPECT_THAT(resolve_copies(pairs, {}).leaked, ElementsAre(7));
}

TEST(Copies, OfDifferentLabelsAreListed) {
  const std::vector<CopyPair> pairs = {{train(0, 1), train(1, 2), 1, Sameness::bytes},
                                       near(train(2, 1), train(3, 1), 0.99),
                                       near(train(4, 1), test(0, 3), 0.99),
                                       {train(5, kNoLabel), train(6, 1), 1, Sameness::bytes}};
  EXPECT_THAT(resolve_copies(pairs, {.threshold = 0.9}).contradicting, ElementsAre(0, 1, 4));
}

/// Of drawn pairs: no two rows that stay are copies, every dropped row is a direct copy of what it
/// repeats, and the order of the pairs changes nothing.
TEST(Copies, WhatStaysIsFreeOfCopiesAndCoversTheRest) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed, "copies");
    std::vector<CopyPair> pairs;
    for (int i = 0; i < 30; ++i) {
      const auto a = static_cast<int64_t>(random.below(24));
      const auto b = static_cast<int64_t>(random.below(24));
      if (a != b)
        pairs.push_back(near(a < 20 ? train(a, 0, a * 7 % 5) : test(a), b < 20 ? train(b, 0, b * 7 % 5) : test(b), 0.8 + 0.01 * i));
    }
    const CopyRule rule{.threshold = 0.9, .stays = seed % 2 == 0 ? Stays::first : Stays::largest};
    const Copies copies = resolve_copies(pairs, rule);
    std::map<std::string, std::string> repeats;
    for (const DroppedRow& row : copies.dropped) repeats[row.dropped.key] = row.repeats.key;
    std::set<std::pair<std::string, std::string>> joined;
    for (const CopyPair& pair : pairs) {
      if (pair.similarity < 0.9) continue;
      joined.insert({pair.one.key, pair.other.key});
      joined.insert({pair.other.key, pair.one.key});
      EXPECT_TRUE(repeats.contains(pair.one.key) || repeats.contains(pair.other.key) || (pair.one.in_test && pair.other.in_test)) << seed;
    }
    for (const auto& [row, repeated] : repeats) {
      EXPECT_TRUE(joined.contains({row, repeated})) << seed;
      EXPECT_FALSE(repeats.contains(repeated)) << seed;
    }
    std::ranges::reverse(pairs);
    EXPECT_EQ(dropped_of(resolve_copies(pairs, rule)), dropped_of(copies)) << seed;
  }
}

TEST(Copies, LinesAreReadAsTheyWereWritten) {
  const std::vector<CopyPair> pairs = {near(train(1, kNoLabel, 3), test(2, 5), 0.1 + 0.2), {train(0), train(1), 1, Sameness::content}};
  const auto read = read_lines(to_line(pairs[0]) + "\n" + to_line(pairs[1]) + "\n", 2, 3, "pairs.jsonl");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].similarity, 0.1 + 0.2);
  EXPECT_TRUE(read[0].other.in_test);
  EXPECT_EQ(read[0].one.label, kNoLabel);
  EXPECT_EQ(to_line(read[1]), to_line(pairs[1]));
}

TEST(Copies, LinesThatLieAreErrors) {
  const std::string good = to_line(near(train(1), test(2), 0.9));
  const auto says = [&](const std::string& text) { return message_of([&] { read_lines(text, 2, 3, "pairs.jsonl"); }); };
  EXPECT_EQ(says(good), "no error");
  for (const auto& [from, to] : {std::pair{"\"row\":1", "\"row\":2"},
                                 {"\"row\":1", "\"row\":-1"},
                                 {"0.9", "7"},
                                 {"near", "far"},
                                 {"\"row\":1", "\"row\":\"1\""},
                                 {"\"one\"", "\"own\""},
                                 {"{", "["}}) {
    std::string bad = good;
    bad.replace(bad.find(from), std::string(from).size(), to);
    expect_says(says(good + "\n" + bad), {"pairs.jsonl: line 2", "no pair"});
  }
  expect_says(says("\n"), {"line 1"});
}

TEST(DroppedRows, AreReadAsTheyWereWritten) {
  const DroppedRow row{
      .dropped = {.row = 5, .key = "a"}, .repeats = {.row = 9, .in_test = true, .key = "b"}, .similarity = 0.5, .how = Sameness::near};
  const std::string line = line_of_dropped(row) + "\n";
  const auto read = read_dropped(line, 6, "f");
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(line_of_dropped(read.front()) + "\n", line);
  EXPECT_TRUE(read_dropped("", 6, "f").empty());
  const std::string other = R"({"row":3,"key":"a","repeats":9,"split":"train","repeats_key":"b","similarity":1.0,"how":"bytes"})";
  for (const std::string& bad :
       {std::string("{}"), std::string("3"), other, line + line, std::string("\n"), std::string(line).replace(7, 1, "6")})
    expect_says(message_of([&] { read_dropped(bad, 6, "f"); }), {"f: line ", "create the run again"});
}

}  // namespace
}  // namespace decant
