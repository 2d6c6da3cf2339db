#include "decant/data/equal_bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/data/evidence_for_tests.h"

namespace decant {
namespace {

Evidence::Cell of_bytes(const char* set, int64_t bytes, double value, const char* net = "n") {
  Evidence::Cell cell = cell_of(net, set, 10, {value});
  cell.bytes = bytes;
  return cell;
}

/// Of the set "made", which takes 5,000 bytes and reaches `value`.
EqualBytes made(double value, std::vector<Evidence::Cell> random) {
  random.push_back(of_bytes("made", 5000, value));
  const std::vector<EqualBytes> all = equal_bytes(evidence_of(std::move(random)));
  return all.empty() ? EqualBytes() : all.front();
}

TEST(EqualBytes, AreReadOffBetweenTheSizesMeasured) {
  const std::vector<Evidence::Cell> random = {of_bytes("random+quality=50", 100'000, 0.6), of_bytes("random", 1000, 0.4)};
  const EqualBytes equal = made(0.5, random);
  EXPECT_EQ(equal.set, "made");
  EXPECT_EQ(equal.own, 5000);
  EXPECT_NEAR(equal.random, 10'000, 1e-6) << "half-way in accuracy is half-way in the logarithm";
  EXPECT_EQ(equal.text(), "10.0 kB");
  EXPECT_NEAR(made(0.6, random).random, 100'000, 1e-6);
  EXPECT_EQ(made(0.6, random).bound, EqualBytes::Bound::exact);
}

TEST(EqualBytes, AreABoundBeyondThem) {
  const std::vector<Evidence::Cell> random = {of_bytes("random", 1000, 0.4), of_bytes("random", 100'000, 0.6)};
  EXPECT_EQ(made(0.4, random).text(), "at most 1.0 kB");
  EXPECT_EQ(made(0.1, random).text(), "at most 1.0 kB");
  EXPECT_EQ(made(0.61, random).text(), "more than 100 kB");
}

TEST(EqualBytes, TakeTheBestOfAtMostAsMany) {
  const EqualBytes equal = made(0.55, {of_bytes("random", 1000, 0.4), of_bytes("random+quality=10", 2000, 0.5),
                                       of_bytes("random", 4000, 0.45), of_bytes("random", 8000, 0.6)});
  EXPECT_NEAR(equal.random, 4000 * std::sqrt(2.0), 1e-6) << "4,000 bytes are worth the 0.5 that 2,000 reach";
}

TEST(EqualBytes, AreNothingWhereNobodyCountedThem) {
  EXPECT_TRUE(equal_bytes(evidence_of({cell_of("n", "random", 10, {0.5}), of_bytes("made", 5000, 0.6)})).empty());
  EXPECT_TRUE(equal_bytes(evidence_of({of_bytes("random", 1000, 0.5), cell_of("n", "made", 10, {0.6})})).empty());
  EXPECT_TRUE(equal_bytes(evidence_of({of_bytes("random", 1000, 0.5, "other"), of_bytes("made", 5000, 0.6)})).empty());
  EXPECT_TRUE(equal_bytes(evidence_of({of_bytes("random", 1000, 0.5), of_bytes("full", 90'000, 0.6)})).empty());
}

TEST(EqualBytes, KnowWhichDirectionIsBetter) {
  Metric loss = record_loss();
  const Evidence evidence = evidence_of({of_bytes("random", 1000, 3), of_bytes("random", 4000, 2), of_bytes("made", 5000, 2.5)}, {loss});
  ASSERT_EQ(equal_bytes(evidence).size(), 1u);
  EXPECT_NEAR(equal_bytes(evidence)[0].random, 2000, 1e-6);
}

TEST(EqualBytes, AreInTheFile) {
  const Evidence evidence = evidence_of({of_bytes("random", 1000, 0.4), of_bytes("random", 4000, 0.6), of_bytes("made", 5000, 0.5)});
  const Json json = to_json(evidence);
  EXPECT_EQ(json["results"][2]["bytes"], 5000);
  EXPECT_EQ(json["equal_bytes"][0]["set"], "made");
  EXPECT_EQ(json["equal_bytes"][0]["metric"], "top-1");
  EXPECT_EQ(json["equal_bytes"][0]["random"], 2000);
  EXPECT_EQ(json["equal_bytes"][0]["bound"], "exact");
  EXPECT_EQ(to_json(evidence_from_json(json, "e.json")), json);
}

TEST(EqualBytes, RowsWithLabelsOfATeacherAreNoRandomRows) {
  Evidence evidence;
  const auto add = [&](const std::string& set, int64_t bytes, double value) {
    evidence.cells.push_back({.net = "quick", .set = set, .rows = 10, .values = {value}, .bytes = bytes, .seeds = {0}});
  };
  add("random", 1000, 0.4);
  add("random+quality=50", 4000, 0.6);
  add("random+labels=soft:views=10", 1500, 0.5);
  compare(evidence);
  const std::vector<EqualBytes> all = equal_bytes(evidence);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all.front().set, "random+labels=soft:views=10");
  EXPECT_NEAR(all.front().random, 2000, 1e-6) << "half of the way, in logarithms";
}

}  // namespace
}  // namespace decant
