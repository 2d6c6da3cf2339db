#include "decant/data/evidence.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/data/evidence_for_tests.h"

namespace decant {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Difference, IsSeedBySeedWhereTheSeedsAreTheSame) {
  // Differences 0.01, 0.02, 0.03 although the sets scatter widely: t(2) · 0.01 / √3.
  const Evidence::Cell a = cell_of("quick", "small", 9, {0.51, 0.72, 0.93});
  Evidence::Cell b = cell_of("quick", "random", 9, {0.9, 0.7, 0.5});
  b.seeds = {2, 1, 0};
  const Estimate d = difference(a, b);
  EXPECT_NEAR(d.mean, 0.02, 1e-12);
  EXPECT_NEAR(d.half_width, 4.302653 * 0.01 / std::sqrt(3.0), 1e-8);
}

TEST(Difference, IsWelchsWhereTheSeedsDiffer) {
  // Variances 1 and 4, three and four values: s² = 1/3 + 20/3/4 = 2, ν = 4 / ((1/3)²/2 + (5/3)²/3)
  // = 4.0754717; t(4) = 2.7764, t(5) = 2.5706.
  const Evidence::Cell a = cell_of("quick", "small", 9, {1, 2, 3});
  Evidence::Cell b = cell_of("quick", "random", 9, {4, 6, 8, 10});
  const Estimate d = difference(a, b);
  EXPECT_NEAR(d.mean, -5, 1e-12);
  EXPECT_NEAR(d.half_width / std::sqrt(2.0), 2.7568, 2e-3);
  b = cell_of("quick", "random", 9, {1, 2, 3});
  EXPECT_EQ(difference(a, b).half_width, 0);
  b.seeds = {3, 4, 5};
  EXPECT_GT(difference(a, b).half_width, 2) << "as many seeds, but others";
}

TEST(Compare, MatchesRandomRowsByBudget) {
  const Evidence evidence = evidence_of({cell_of("quick", "full", 100, {0.9, 0.9}), cell_of("quick", "random", 10, {0.5, 0.6}),
                                         cell_of("quick", "random", 20, {0.6, 0.7}), cell_of("quick", "bins", 10, {0.51, 0.61}),
                                         cell_of("quick", "bins", 20, {0.62, 0.72}), cell_of("quick", "small", 15, {0.7, 0.7})});
  EXPECT_FALSE(evidence.cells[0].against_random) << "which of two budgets?";
  EXPECT_NEAR(evidence.cells[3].against_random->mean, 0.01, 1e-12);
  EXPECT_NEAR(evidence.cells[4].against_random->mean, 0.02, 1e-12);
  EXPECT_FALSE(evidence.cells[5].against_random);
  EXPECT_NEAR(evidence.cells[5].against_full->mean, -0.2, 1e-12);
  EXPECT_TRUE(to_json(evidence)["results"][5]["against_random"].is_null());
  EXPECT_TRUE(to_json(evidence)["orders"].empty()) << "one net has nobody to agree with";

  Evidence bytes = evidence;
  for (Evidence::Cell& cell : bytes.cells) cell.budget = {7000, Budget::Unit::bytes};
  compare(bytes);
  EXPECT_NEAR(bytes.cells[5].against_random->mean, 0.15, 1e-12) << "as many bytes, whatever the number of rows";
}

TEST(Compare, KeepsMetricsApart) {
  std::vector<Evidence::Cell> cells = {cell_of("n", "random", 10, {0.5}), cell_of("n", "random", 10, {3.0}),
                                       cell_of("n", "small", 10, {0.6}), cell_of("n", "small", 10, {2.5})};
  cells[1].metric = cells[3].metric = 1;
  const Evidence evidence = evidence_of(cells, {top_1(), token_loss()});
  EXPECT_NEAR(evidence.cells[2].against_random->mean, 0.1, 1e-12);
  EXPECT_NEAR(evidence.cells[3].against_random->mean, -0.5, 1e-12);
  EXPECT_EQ(evidence.find("n", "small", 1), &evidence.cells[3]);
}

std::vector<Evidence::Cell> sets(const char* net, double random, double a, double b) {
  return {cell_of(net, "full", 100, {0.9}), cell_of(net, "random", 10, {random}), cell_of(net, "a", 10, {a}), cell_of(net, "b", 10, {b})};
}

TEST(Orders, CompareNetsBudgetByBudgetWithoutFull) {
  std::vector<Evidence::Cell> all = sets("one", 0.5, 0.6, 0.7);
  for (const auto& more : {sets("two", 0.4, 0.45, 0.5), sets("three", 0.5, 0.4, 0.6)}) all.insert(all.end(), more.begin(), more.end());
  const std::vector<Evidence::Order> found = orders(evidence_of(all));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_THAT(found[0].best_first, ElementsAre("b", "a", "random"));
  EXPECT_DOUBLE_EQ(found[0].tau, 1);
  EXPECT_DOUBLE_EQ(found[0].gain_kept, 1);
  EXPECT_DOUBLE_EQ(found[1].tau, 1);
  EXPECT_NEAR(found[1].gain_kept, 0.15 / 0.3, 1e-12);
  EXPECT_THAT(found[2].best_first, ElementsAre("b", "random", "a"));
  EXPECT_DOUBLE_EQ(found[2].tau, 1.0 / 3);
  EXPECT_NEAR(found[2].gain_kept, 0, 1e-12);
}

TEST(Orders, PutTheLowestFirstWhereLowerIsBetter) {
  std::vector<Evidence::Cell> all = sets("one", 0.5, 0.4, 0.3);
  const std::vector<Evidence::Cell> more = sets("two", 0.5, 0.45, 0.4);
  all.insert(all.end(), more.begin(), more.end());
  const std::vector<Evidence::Order> found = orders(evidence_of(all, {token_loss()}));
  EXPECT_THAT(found[0].best_first, ElementsAre("b", "a", "random"));
  EXPECT_NEAR(found[1].gain_kept, 0.15 / 0.3, 1e-12);
}

TEST(Cost, LeavesOutWhatIsNoJudging) {
  const Evidence::Cost cost{.wall_seconds = 115, .train_seconds = 200, .idle_seconds = 5, .choose_seconds = 7, .workers = 2};
  EXPECT_NEAR(cost.share(), 0.03, 1e-12);
}

Evidence rich() {
  std::vector<Evidence::Cell> cells = {cell_of("a", "random", 10, {0.5, 0.6}), cell_of("a", "small", 10, {0.7, 0.8}),
                                       cell_of("b", "random", 10, {0.5, 0.5}), cell_of("b", "small", 10, {0.4, 0.6})};
  cells[1].bytes = 900, cells[1].parts = SetBytes{700, 150, 50};
  cells[1].keep = 0.25, cells[1].protocol = "quick", cells[1].steps = 7, cells[1].seconds = 1.5;
  Evidence evidence = evidence_of(cells);
  evidence.protocol = "quick: 7 steps";
  evidence.test_rows = 12;
  evidence.test_left_out = 3;
  evidence.cost = {
      .wall_seconds = 3, .train_seconds = 2, .idle_seconds = 0.5, .choose_seconds = 0.25, .workers = 2, .trained = 3, .known = 1};
  return evidence;
}

TEST(EvidenceJson, IsReadAsItWasWritten) {
  const Json json = to_json(rich());
  EXPECT_EQ(json["results"][1]["metric"], "top-1");
  EXPECT_EQ(json["results"][1]["accuracy"], json["results"][1]["values"]);
  EXPECT_EQ(json["results"][1]["bytes_of"], (Json{{"pictures", 700}, {"labels", 150}, {"decoder", 50}}));
  EXPECT_FALSE(json["results"][0].contains("bytes_of"));
  EXPECT_EQ(to_json(evidence_from_json(json, "e.json")), json);

  Evidence loss = rich();
  loss.metrics = {token_loss()};
  const Json other = to_json(loss);
  EXPECT_FALSE(other["results"][1].contains("accuracy"));
  EXPECT_EQ(evidence_from_json(other, "e.json").metrics.front(), token_loss()) << "an infinite bound is null in JSON";
}

TEST(EvidenceJson, ReadsTheFirstSchema) {
  const Json old = parse_json(R"({"protocol": "quick: 400 steps", "test_rows": 9, "results": [
      {"net": "quick", "set": "random", "rows": 60, "accuracy": [0.5, 0.6], "mean": 7, "ci95": null, "steps": 400, "seconds": 2.5},
      {"net": "quick", "set": "small", "rows": 60, "keep": 0.3, "accuracy": [0.7, 0.7], "seeds": [0, 1]}]})");
  const Evidence read = evidence_from_json(old, "evidence.json");
  EXPECT_EQ(read.metrics, std::vector<Metric>{top_1()});
  EXPECT_EQ(read.cells[0].budget, (Budget{60, Budget::Unit::rows}));
  EXPECT_DOUBLE_EQ(read.cells[0].mean, 0.55) << "computed from the values, not believed";
  EXPECT_NEAR(read.cells[1].against_random->mean, 0.15, 1e-12);
}

TEST(EvidenceJson, SaysWhatIsWrongAndWhere) {
  const auto complaint = [](auto change) {
    Json json = to_json(rich());
    change(json);
    return message_of<InputError>([&] { evidence_from_json(json, "out/evidence.json"); });
  };
  EXPECT_THAT(complaint([](Json& j) { j = 7; }), AllOf(HasSubstr("out/evidence.json"), HasSubstr("is not an object")));
  EXPECT_THAT(complaint([](Json& j) { j["schema"] = 3; }), HasSubstr("schema: is 3, but this version of decant reads 1 to 2"));
  EXPECT_THAT(complaint([](Json& j) { j.erase("results"); }), HasSubstr("results: is missing"));
  EXPECT_THAT(complaint([](Json& j) { j["results"][2].erase("net"); }), HasSubstr("results[2].net: is missing"));
  EXPECT_THAT(complaint([](Json& j) { j["results"][0]["rows"] = -1; }), HasSubstr("results[0].rows: is not a count"));
  EXPECT_THAT(complaint([](Json& j) { j["results"][0]["values"][1] = nullptr; }), HasSubstr("results[0].values: entry 1 is not a number"));
  EXPECT_THAT(complaint([](Json& j) { j["results"][0]["values"][1] = 61; }), HasSubstr("holds 61, but accuracy lies between 0 and 1"));
  EXPECT_THAT(complaint([](Json& j) { j["results"][0]["values"] = Json::array(); }), HasSubstr("values: holds no value"));
  EXPECT_THAT(complaint([](Json& j) { j["results"][0]["seeds"] = {1u, 1u}; }), HasSubstr("seeds: lists a seed twice"));
  EXPECT_THAT(complaint([](Json& j) { j["results"][0]["seeds"] = Json::array({1u}); }), HasSubstr("has 1 seeds for 2 values"));
  EXPECT_THAT(complaint([](Json& j) { j["results"][0]["metric"] = "mAP"; }), HasSubstr("is 'mAP', which \"metrics\" does not list"));
  EXPECT_THAT(complaint([](Json& j) { j["results"][0]["budget"]["unit"] = "stones"; }), HasSubstr("results[0].budget.unit"));
  EXPECT_THAT(complaint([](Json& j) { j["results"][0]["seconds"] = -1; }), HasSubstr("is negative"));
  EXPECT_THAT(complaint([](Json& j) { j["metrics"] = Json::array(); }), HasSubstr("metrics: has no metric"));
  EXPECT_THAT(complaint([](Json& j) { j["metrics"][0]["scale"] = 0; }), HasSubstr("metrics[0].scale: is not above 0"));
}

}  // namespace
}  // namespace decant
