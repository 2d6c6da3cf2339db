// Methods that go on from rows chosen before: against plain restatements over all rows with those
// fixed, and against the method itself, which must not notice that it was interrupted.
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <set>

#include "decant/base/test_support.h"
#include "decant/data/class_amounts.h"
#include "decant/kernels/dot.h"
#include "decant/select/methods/facility_location.h"
#include "decant/select/methods/herding.h"
#include "decant/select/methods/k_center.h"
#include "decant/select/methods/list.h"
#include "decant/select/methods/parts/drawn_rows.h"
#include "decant/select/methods/random.h"
#include "decant/select/methods/thinning.h"
#include "decant/select/pools/drawn_for_tests.h"
#include "decant/select/pools/sampler.h"
#include "decant/select/rules/list.h"
#include "decant/select/rules/rules_for_tests.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

/// Some rows in no order.
std::vector<int64_t> some_rows(int64_t of, int64_t count, uint64_t seed) {
  auto rows = Random(seed, "some rows").permutation(of);
  rows.resize(static_cast<size_t>(count));
  return rows;
}

using Rank = std::function<Ranking(const Features&, const PoolTask&)>;

const std::map<std::string, Rank> kGreedy = {
    {"herding", [](const Features& x, const PoolTask& pool) { return herding(x, pool, {}); }},
    {"k-center", [](const Features& x, const PoolTask& pool) { return k_center(x, pool, {}, {}); }},
    {"facility-location", [](const Features& x, const PoolTask& pool) { return facility_location(x, pool, {}, {}); }},
};

TEST(GoingOn, AGreedyMethodDoesNotNoticeThatItWasInterrupted) {
  DrawnRows rows(300, 8, 1, 5);
  for (int64_t i = 0; i < 20; ++i) rows.copy(i, 280 + i);
  for (const auto& [name, rank] : kGreedy) {
    const Ranking whole = rank(rows.features(), {0, rows.all(), 90});
    for (const size_t before : {1, 30, 90}) {
      const auto chosen = std::span(whole.order).first(before);
      const Ranking ranking = rank(rows.features(), {0, rows.all(), 90, {chosen, 300}});
      EXPECT_EQ(ranking.order, whole.order) << name << " after " << before;
      EXPECT_EQ(ranking.gains, whole.gains) << name << " after " << before;
    }
  }
}

double cosine(const DrawnRows& rows, int64_t i, int64_t j) {
  const double squares = dot(rows.row(i), rows.row(i)) * dot(rows.row(j), rows.row(j));
  return squares > 0 ? dot(rows.row(i), rows.row(j)) / std::sqrt(squares) : 0;
}

double squared_gap(const DrawnRows& rows, int64_t i, int64_t j) {
  return dot(rows.row(i), rows.row(i)) + dot(rows.row(j), rows.row(j)) - 2 * dot(rows.row(i), rows.row(j));
}

/// What a row is worth beside those picked, all pairs looked at.
using Worth = double (*)(const DrawnRows& rows, const std::vector<int64_t>& picked, int64_t row);

double worth_in_facility(const DrawnRows& rows, const std::vector<int64_t>& picked, int64_t row) {
  double gain = 0;
  for (int64_t i = 0; i < rows.count(); ++i) {
    double covered = 0;
    for (const int64_t p : picked) covered = std::max(covered, cosine(rows, i, p));
    gain += std::max(0.0, cosine(rows, i, row) - covered);
  }
  return gain;
}

double worth_in_k_center(const DrawnRows& rows, const std::vector<int64_t>& picked, int64_t row) {
  double nearest = std::numeric_limits<double>::infinity();
  for (const int64_t p : picked) nearest = std::min(nearest, squared_gap(rows, row, p));
  return nearest;
}

double worth_in_herding(const DrawnRows& rows, const std::vector<int64_t>& picked, int64_t row) {
  std::vector<double> left(rows.row(0).size(), 0.0);
  const double share = static_cast<double>(picked.size() + 1) / static_cast<double>(rows.count());
  for (int64_t i = 0; i < rows.count(); ++i) add_scaled(left, share, rows.row(i));
  for (const int64_t p : picked) add_scaled(left, -1, rows.row(p));
  add_scaled(left, -1, rows.row(row));
  double squared = 0;
  for (const double value : left) squared += value * value;
  return -squared;
}

TEST(GoingOn, EqualsThePlainRuleOverTheUnionWithTheOldRowsFixed) {
  const std::map<std::string, Worth> plain = {
      {"herding", worth_in_herding}, {"k-center", worth_in_k_center}, {"facility-location", worth_in_facility}};
  for (uint64_t seed = 0; seed < 2; ++seed) {
    const DrawnRows rows(45, 5, 10 + seed, 4);
    const auto chosen = some_rows(30, 8, seed);  // of the first 30, whatever chose them
    for (const auto& [name, rank] : kGreedy) {
      const Ranking ranking = rank(rows.features(), {0, rows.all(), 20, {chosen, 30}});
      ASSERT_EQ(ranking.order.size(), 20U);
      std::vector<int64_t> picked(ranking.order.begin(), ranking.order.begin() + 8);
      EXPECT_THAT(picked, ElementsAreArray(chosen)) << name;
      for (size_t t = 8; t < 20; ++t) {
        double best = -std::numeric_limits<double>::infinity();
        for (int64_t row = 0; row < rows.count(); ++row) {
          if (std::ranges::find(picked, row) == picked.end()) best = std::max(best, plain.at(name)(rows, picked, row));
        }
        EXPECT_NEAR(plain.at(name)(rows, picked, ranking.order[t]), best, 1e-9) << name << " pick " << t;
        picked.push_back(ranking.order[t]);
      }
    }
  }
}

/// Every usable input, so that each method finds what it needs.
struct AllInputs {
  int64_t rows;
  DrawnRows drawn;
  std::vector<int32_t> labels;
  std::vector<double> scores;
  std::vector<double> ease;
  ClassAmounts amounts = {.unit = CountedIn::objects, .totals = std::vector<int64_t>(5)};

  AllInputs(int64_t count, uint64_t seed) : rows(count), drawn(count, 4, seed, 3), labels(cyclic_labels(count, 3)) {
    Random random(seed, "scores");
    for (int64_t i = 0; i < count; ++i) scores.push_back(random.normal());
    for (int64_t i = 0; i < count; ++i) ease.push_back(random.uniform());
    for (int64_t i = 0; i < count; ++i) {
      const ClassCount held{static_cast<int32_t>(random.below(5)), static_cast<int64_t>(1 + random.below(9))};
      amounts.entries.push_back(held);
      amounts.totals[static_cast<size_t>(held.label)] += held.count;
      amounts.first.push_back(i + 1);
    }
  }

  MethodInputs of(int64_t count, Chosen chosen) const {
    return {.rows = rows,
            .count = count,
            .labels = labels,
            .features = drawn.features(),
            .amounts = &amounts,
            .objects = drawn.features(),  // a row holds one class
            .scores = scores,
            .ease = ease,
            .chosen = chosen};
  }
};

TEST(GoingOn, EveryMethodThatCanKeepsTheOldRowsAndTheExactCountOfEveryPool) {
  const AllInputs inputs(120, 3);
  const auto old = some_rows(80, 25, 4);
  const std::set<int64_t> before(old.begin(), old.end());
  int tried = 0;
  for (const Method& method : methods()) {
    if (!goes_on(method)) continue;
    for (const int64_t count : {25, 26, 40, 120}) {
      const Selection made = choose_by(method, inputs.of(count, {old, 80}), 7, {}).selection;
      EXPECT_EQ(made.serves_from, count);
      EXPECT_EQ(made.serves_to, count);
      std::map<int32_t, int64_t> had;
      for (const int64_t row : old) ++had[inputs.labels[static_cast<size_t>(row)]];
      const std::vector<int64_t> floors = {had[0], had[1], had[2]};
      const auto ties = made.ties ? drawn_ties(std::vector<int32_t>{0, 1, 2}, *made.ties) : std::vector<uint64_t>();
      const auto shares = share_beside(count, std::vector<int64_t>{40, 40, 40}, floors, Shares::by_size, ties);
      std::set<int64_t> kept;
      for (const int64_t row : made.order) {
        const auto pool = made.pools[static_cast<size_t>(row)];
        if (std::ranges::count_if(kept, [&](int64_t other) { return inputs.labels[static_cast<size_t>(other)] == pool; }) <
            shares[static_cast<size_t>(pool)])
          kept.insert(row);
      }
      EXPECT_EQ(std::ssize(kept), count) << method.name;
      EXPECT_THAT(sample_beside(made, {old, 80}, count, Shares::by_size), ElementsAreArray(kept)) << method.name;
      EXPECT_TRUE(std::ranges::includes(kept, before)) << method.name << ", " << count;
    }
    ++tried;
  }
  EXPECT_GE(tried, 12);
}

TEST(GoingOn, WithNothingNewAndTheSameCountNothingChanges) {
  const AllInputs inputs(90, 5);
  for (const Method& method : methods()) {
    if (!goes_on(method)) continue;
    const Selection first = choose_by(method, inputs.of(30, {}), 7, {}).selection;
    const Subset kept = sample(first, {}, 30, 7);
    std::vector<int64_t> order;
    for (const int64_t row : first.order) {
      if (kept.contains(row)) order.push_back(row);
    }
    const Selection again = choose_by(method, inputs.of(30, {order, 90}), 7, {}).selection;
    EXPECT_EQ(sample(again, {}, 30, 7), kept) << method.name;
  }
}

TEST(GoingOn, MethodsThatCannotSayNoAndAreListed) {
  for (const char* name : {"bins", "bins-weighted", "k-means", "zcore", "moderate", "d2", "subzerocore"})
    EXPECT_FALSE(goes_on(*find_method(name))) << name;
  const auto names = methods_that_go_on();
  for (const char* name :
       {"random", "facility-location", "k-center", "herding", "kernel-herding", "thinning", "scores", "aum", "ccs", "probe", "progress"})
    EXPECT_THAT(names, testing::Contains(name));
}

TEST(GoingOn, SharesGiveNoPoolLessThanItHas) {
  const std::vector<int64_t> sizes = {100, 100, 400};
  EXPECT_THAT(share_beside(60, sizes, std::vector<int64_t>{0, 0, 0}, Shares::by_size), ElementsAre(10, 10, 40));
  EXPECT_THAT(share_beside(60, sizes, std::vector<int64_t>{10, 20, 0}, Shares::by_size), ElementsAre(10, 20, 30));
  EXPECT_THAT(share_beside(60, sizes, std::vector<int64_t>{12, 20, 28}, Shares::by_size), ElementsAre(12, 20, 28));
  expect_says(message_of([&] {
                share_beside(59, sizes, std::vector<int64_t>{12, 20, 28}, Shares::by_size);
              }),
              {"59 rows are to be kept, but 60 are chosen already", "Keep 60 rows or more"});
  for (uint64_t round = 0; round < 300; ++round) {
    Random random(8, "shares", round);
    std::vector<int64_t> drawn(1 + random.below(9));
    std::vector<int64_t> had;
    for (int64_t& size : drawn) size = static_cast<int64_t>(random.below(60));
    for (const int64_t size : drawn) had.push_back(static_cast<int64_t>(random.below(static_cast<uint64_t>(size) + 1)));
    const int64_t least = std::accumulate(had.begin(), had.end(), int64_t{0});
    const int64_t most = std::accumulate(drawn.begin(), drawn.end(), int64_t{0});
    const int64_t total = least + static_cast<int64_t>(random.below(static_cast<uint64_t>(most - least) + 1));
    const auto shares = share_beside(total, drawn, had, random.below(2) == 0 ? Shares::by_size : Shares::equal);
    EXPECT_EQ(std::accumulate(shares.begin(), shares.end(), int64_t{0}), total);
    for (size_t i = 0; i < shares.size(); ++i) {
      EXPECT_GE(shares[i], had[i]);
      EXPECT_LE(shares[i], drawn[i]);
    }
  }
}

TEST(GoingOn, ARowThatCannotBeChosenNowIsNamed) {
  const std::vector<int64_t> chosen = {4, 2};
  const std::vector<int64_t> left_out = {2};
  const auto rank = [](const PoolTask& pool, const Context&) { return random_beside(pool, 1); };
  expect_says(message_of([&] {
                select_ranked("random", 6, {}, left_out, 3, {.chosen = {chosen, 5}}, rank, {});
              }),
              {"row 2", "was chosen before and cannot be chosen now"});
}

TEST(GoingOn, AtRandomOldAndNewRowsGetTheirShares) {
  const auto rows = first_rows(300);
  const auto chosen = some_rows(200, 40, 1);
  const auto newer = [&](const Ranking& ranking) { return std::ranges::count_if(ranking.order, [](int64_t row) { return row >= 200; }); };
  const Ranking same = random_beside({0, rows, 60, {chosen, 200}}, 5);
  EXPECT_EQ(newer(same), 20) << "a fifth of both, as before";
  EXPECT_THAT(std::vector<int64_t>(same.order.begin(), same.order.begin() + 40), ElementsAreArray(chosen));
  EXPECT_EQ(newer(random_beside({0, rows, 150, {chosen, 200}}, 5)), 50) << "half of both: 60 further old rows";
  EXPECT_EQ(newer(random_beside({0, rows, 45, {chosen, 200}}, 5)), 5) << "the old ones cannot be fewer than they are";
  std::vector<int> times(300, 0);
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const Ranking drawn = random_beside({0, rows, 150, {chosen, 200}}, seed);
    EXPECT_EQ(std::set<int64_t>(drawn.order.begin(), drawn.order.end()).size(), 150U);
    for (const int64_t row : drawn.order) ++times[static_cast<size_t>(row)];
  }
  for (const int64_t row : rows) {
    if (std::ranges::find(chosen, row) != chosen.end()) continue;
    EXPECT_NEAR(times[static_cast<size_t>(row)], row < 200 ? 75 : 100, 30) << row;
  }
}

TEST(GoingOn, ByScoresTheBestOfTheOthersFollow) {
  const AllInputs inputs(50, 6);
  const std::vector<int64_t> chosen = {3, 41, 7};
  const Selection made =
      select_ranked("top", 50, {}, {}, 10, {.chosen = {chosen, 50}}, find_rule("top")->ranker({inputs.scores, inputs.ease, {}}, {}, 1), {});
  std::vector<int64_t> plain = chosen;
  for (const int64_t row : falling_order(inputs.scores)) {
    if (std::ranges::find(chosen, row) == chosen.end()) plain.push_back(row);
  }
  EXPECT_EQ(made.order, plain);
  for (const int64_t row : made.order)
    EXPECT_EQ(made.gains[static_cast<size_t>(row)], static_cast<float>(inputs.scores[static_cast<size_t>(row)]));
}

TEST(GoingOn, AStratumGivesWhatItHasAlready) {
  // Three strata of 4 rows; budget 6 is two of each, and the first has three already.
  const std::vector<double> scores = {0, 0.1, 0.2, 0.3, 1.2, 1.3, 1.4, 1.5, 2.4, 2.5, 2.6, 3};
  const std::vector<int64_t> chosen = {2, 0, 3};
  const auto rows = first_rows(12);
  const Ranking ranking = find_rule("strata")->ranker({scores, {}, {}}, {}, 1)({0, rows, 6, {chosen, 12}}, {});
  EXPECT_EQ(ranking.order.size(), 6U);
  EXPECT_THAT(std::vector<int64_t>(ranking.order.begin(), ranking.order.begin() + 3), ElementsAreArray(chosen));
}

TEST(GoingOn, ThinningKeepsItsDistanceFromTheOldRows) {
  const DrawnRows drawn(400, 2, 9);
  const auto chosen = some_rows(400, 30, 2);
  const auto nearest_chosen = [&](const std::vector<int64_t>& rows) {
    double sum = 0;
    for (const int64_t row : rows) sum += std::sqrt(worth_in_k_center(drawn, chosen, row));
    return sum / static_cast<double>(rows.size());
  };
  const Ranking ranking = thinning(drawn.features(), {.rows = drawn.all(), .count = 80, .chosen = {chosen, 400}}, {.seed = 1}, {});
  EXPECT_EQ(ranking.order.size(), 80U);
  EXPECT_THAT(std::vector<int64_t>(ranking.order.begin(), ranking.order.begin() + 30), ElementsAreArray(chosen));
  std::vector<int64_t> others;
  for (const int64_t row : drawn.all()) {
    if (std::ranges::find(chosen, row) == chosen.end()) others.push_back(row);
  }
  EXPECT_GT(nearest_chosen({ranking.order.begin() + 30, ranking.order.end()}), 1.2 * nearest_chosen(others));
}

TEST(GoingOn, ThinningEndsWhereEveryNeighbourIsChosen) {
  DrawnRows drawn(40, 2, 9);  // 30 chosen rows at one point, which are the 20 nearest of everyone
  for (int64_t i = 0; i < 30; ++i) drawn.clear(i);
  for (int64_t i = 30; i < 40; ++i) std::ranges::fill(drawn.row(i), static_cast<float>(i % 2 == 0 ? i : -i) * 1000);
  const auto chosen = first_rows(30);
  const Ranking ranking = thinning(drawn.features(), {.rows = drawn.all(), .count = 33, .chosen = {chosen, 40}}, {.seed = 1}, {});
  EXPECT_EQ(std::set<int64_t>(ranking.order.begin(), ranking.order.end()).size(), 33U);
  EXPECT_THAT(std::vector<int64_t>(ranking.order.begin(), ranking.order.begin() + 30), ElementsAreArray(chosen));
}

}  // namespace
}  // namespace decant
