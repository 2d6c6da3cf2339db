// Rows by what is annotated in them.
#include "decant/select/methods/class_coverage.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

#include "decant/base/random.h"

namespace decant {
namespace {

using testing::ElementsAre;

ClassAmounts amounts_from(const std::vector<std::vector<int64_t>>& rows) {
  ClassAmounts amounts{.unit = CountedIn::objects};
  amounts.totals.resize(rows.front().size());
  for (const auto& row : rows) {
    for (size_t c = 0; c < row.size(); ++c) {
      if (row[c] > 0) amounts.entries.push_back({static_cast<int32_t>(c), row[c]});
      amounts.totals[c] += row[c];
    }
    amounts.first.push_back(std::ssize(amounts.entries));
  }
  return amounts;
}

std::vector<int64_t> rows_of_table(const ClassAmounts& amounts) {
  std::vector<int64_t> rows(static_cast<size_t>(amounts.rows()));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

TEST(ClassCoverage, WantsEveryClassBeforeMoreOfOne) {
  const ClassAmounts amounts = amounts_from({{9, 0, 0}, {8, 0, 0}, {0, 1, 0}, {1, 0, 2}, {0, 0, 0}});
  const std::vector<int64_t> rows = rows_of_table(amounts);
  const Ranking balanced = class_coverage(amounts, {.rows = rows, .count = 5}, {}, {});
  EXPECT_THAT(balanced.order, ElementsAre(3, 2, 0, 1, 4)) << "a row without objects comes last";
  EXPECT_EQ(balanced.gains.back(), 0);
}

TEST(ClassCoverage, WithoutBalanceCountsSharesOfObjects) {
  const ClassAmounts amounts = amounts_from({{9, 0}, {1, 0}, {0, 1}, {0, 1}});
  const std::vector<int64_t> rows = rows_of_table(amounts);
  const Ranking ranking = class_coverage(amounts, {.rows = rows, .count = 2}, {.balance = 0}, {});
  EXPECT_THAT(ranking.order, ElementsAre(0, 2));
  EXPECT_THAT(ranking.gains, ElementsAre(0.9f, 0.5f));
}

TEST(ClassCoverage, IsPlainGreedyOnRandomSets) {
  Random random(3, "coverage", 0);
  for (int set = 0; set < 1000; ++set) {
    const size_t classes = 1 + random.below(6);
    std::vector<std::vector<int64_t>> table(1 + random.below(40), std::vector<int64_t>(classes));
    for (auto& row : table) {
      for (int64_t& amount : row) amount = random.below(3) == 0 ? static_cast<int64_t>(random.below(random.below(2) == 0 ? 3 : 100000)) : 0;
    }
    const ClassAmounts amounts = amounts_from(table);
    const std::vector<int64_t> rows = rows_of_table(amounts);
    const auto count = static_cast<int64_t>(1 + random.below(rows.size()));
    std::vector<int64_t> chosen;
    if (random.below(4) == 0) chosen = {rows[random.below(rows.size())]};
    const PoolTask task{.rows = rows, .count = count, .chosen = {chosen, std::ssize(rows)}};
    for (const double balance : {0.0, 0.5, 1.0}) {
      const Ranking lazy = class_coverage(amounts, task, {balance}, {});
      const Ranking plain = class_coverage_plain(amounts, task, {balance});
      ASSERT_EQ(lazy.order, plain.order) << "set " << set << ", balance " << balance;
      ASSERT_EQ(lazy.gains, plain.gains);
    }
  }
}

std::vector<std::vector<int64_t>> random_table(Random& random) {
  std::vector<std::vector<int64_t>> table(1 + random.below(30), std::vector<int64_t>(1 + random.below(5)));
  for (auto& row : table) {
    row.resize(table.front().size());
    for (int64_t& amount : row) amount = random.below(3) == 0 ? static_cast<int64_t>(random.below(6)) : 0;
  }
  return table;
}

/// The class that wants a row: the rarest of those that hold less than min(K, N_c). −1 = none.
int wanting(const std::vector<std::vector<int64_t>>& table, const std::vector<int64_t>& picks, int64_t floor, int64_t& lacking) {
  int found = -1;
  int64_t least = std::numeric_limits<int64_t>::max();
  for (size_t c = 0; c < table.front().size(); ++c) {
    int64_t all = 0, held = 0;
    for (const auto& row : table) all += row[c];
    for (const int64_t pick : picks) held += table[static_cast<size_t>(pick)][c];
    if (held >= std::min(all, floor) || all >= least) continue;
    least = all, found = static_cast<int>(c), lacking = std::min(all, floor) - held;
  }
  return found;
}

TEST(ClassCoverage, FloorsAreCoveredFirstTheRarestClassFirst) {
  const ClassAmounts amounts = amounts_from({{9, 0, 0}, {3, 1, 0}, {0, 1, 1}, {2, 2, 0}, {0, 0, 1}});
  const std::vector<int64_t> rows = rows_of_table(amounts);
  const Ranking ranking = class_coverage(amounts, {.rows = rows, .count = 5}, {.floor = 3}, {});
  EXPECT_THAT(ranking.order, ElementsAre(2, 4, 3, 0, 1)) << "both of class 2, then of class 1 the row with two, then class 0";
  EXPECT_THAT(class_coverage(amounts, {.rows = rows, .count = 2}, {.floor = 3}, {}).order, ElementsAre(2, 4))
      << "the rarest, where rows are few";
}

TEST(ClassCoverage, FloorsAreThoseOfTheirDefinitionOnRandomSets) {
  Random random(5, "floors", 0);
  for (int set = 0; set < 500; ++set) {
    const auto table = random_table(random);
    const ClassAmounts amounts = amounts_from(table);
    const std::vector<int64_t> rows = rows_of_table(amounts);
    const auto floor = static_cast<int64_t>(1 + random.below(9));
    const Ranking ranking = class_coverage(amounts, {.rows = rows, .count = std::ssize(rows)}, {.floor = floor}, {});
    ASSERT_EQ(ranking.order.size(), rows.size());
    std::vector<int64_t> picks;
    int64_t lacking = 0;
    for (int c = wanting(table, picks, floor, lacking); c >= 0; c = wanting(table, picks, floor, lacking)) {
      int64_t most = 0;
      for (const int64_t row : rows) {
        if (std::ranges::find(picks, row) == picks.end())
          most = std::max(most, std::min(lacking, table[static_cast<size_t>(row)][static_cast<size_t>(c)]));
      }
      const int64_t pick = ranking.order[picks.size()];
      ASSERT_EQ(std::min(lacking, table[static_cast<size_t>(pick)][static_cast<size_t>(c)]), most) << "set " << set;
      picks.push_back(pick);
    }
    // The rest is the greedy of no floors, going on from them.
    const PoolTask task{.rows = rows, .count = std::ssize(rows), .chosen = {picks, std::ssize(rows)}};
    ASSERT_EQ(ranking.order, class_coverage_plain(amounts, task, {}).order);
  }
}

TEST(ClassCoverage, ACrowdCountsAsTheCap) {
  Random random(7, "cap", 0);
  for (int set = 0; set < 200; ++set) {
    auto table = random_table(random);
    const ClassAmounts amounts = amounts_from(table);
    for (auto& row : table) {
      for (int64_t& amount : row) amount = std::min<int64_t>(amount, 2);
    }
    const ClassAmounts capped = amounts_from(table);
    const std::vector<int64_t> rows = rows_of_table(amounts);
    const PoolTask task{.rows = rows, .count = std::ssize(rows)};
    ASSERT_EQ(class_coverage(amounts, task, {.per_image = 2}, {}).order, class_coverage_plain(capped, task, {}).order);
  }
}

TEST(ClassCoverage, GoesOnFromChosenRows) {
  const ClassAmounts amounts = amounts_from({{5, 0}, {4, 0}, {0, 3}});
  const std::vector<int64_t> rows = rows_of_table(amounts);
  const std::vector<int64_t> chosen = {1};
  EXPECT_THAT(class_coverage(amounts, {.rows = rows, .count = 2, .chosen = {chosen, 3}}, {}, {}).order, ElementsAre(1, 2));
}

TEST(ClassCoverage, SeesItsOwnPoolAlone) {
  const ClassAmounts amounts = amounts_from({{50, 0}, {1, 1}, {0, 2}});
  const std::vector<int64_t> rows = {1, 2};
  EXPECT_THAT(class_coverage(amounts, {.rows = rows, .count = 1}, {}, {}).order, ElementsAre(1));
}

}  // namespace
}  // namespace decant
