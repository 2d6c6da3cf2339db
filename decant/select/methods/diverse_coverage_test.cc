// Rows that cover the classes and are unlike each other.
#include "decant/select/methods/diverse_coverage.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vector>

#include "decant/base/random.h"
#include "decant/kernels/dot.h"
#include "decant/select/methods/facility_location.h"
#include "decant/select/methods/parts/drawn_rows.h"

namespace decant {
namespace {

using testing::ElementsAre;

/// Up to `most` of each of `classes` in every row, often none.
ClassAmounts drawn_amounts(int64_t rows, size_t classes, uint64_t most, uint64_t seed) {
  Random random(seed, "amounts");
  ClassAmounts amounts{.unit = CountedIn::objects};
  amounts.totals.resize(classes);
  for (int64_t row = 0; row < rows; ++row) {
    for (size_t c = 0; c < classes; ++c) {
      const auto count = static_cast<int64_t>(random.below(3) == 0 ? random.below(most) : 0);
      if (count > 0) amounts.entries.push_back({static_cast<int32_t>(c), count});
      amounts.totals[c] += count;
    }
    amounts.first.push_back(std::ssize(amounts.entries));
  }
  return amounts;
}

/// The definition, both sums anew for every set.
class Definition {
 public:
  Definition(const ClassAmounts& amounts, const DrawnRows& rows, double diversity)
      : amounts_(amounts), diversity_(diversity), pool_(rows.all()), cosines_(pool_.size(), std::vector<double>(pool_.size())) {
    for (const int64_t i : pool_) {
      for (const int64_t j : pool_)
        cosines_[at(i)][at(j)] = dot(rows.row(i), rows.row(j)) / std::sqrt(dot(rows.row(i), rows.row(i)) * dot(rows.row(j), rows.row(j)));
    }
  }

  double objective(const std::vector<int64_t>& set) const {
    return (1 - diversity_) * classes(set) / classes(pool_) + diversity_ * likeness(set) / static_cast<double>(pool_.size());
  }

  /// The most that any other row adds to a set.
  double most_added(const std::vector<int64_t>& set) const {
    double most = 0;
    for (const int64_t row : pool_) {
      if (std::ranges::find(set, row) != set.end()) continue;
      std::vector<int64_t> with = set;
      with.push_back(row);
      most = std::max(most, objective(with) - objective(set));
    }
    return most;
  }

 private:
  static size_t at(int64_t row) { return static_cast<size_t>(row); }

  double classes(const std::vector<int64_t>& set) const {
    std::vector<double> held(amounts_.totals.size());
    for (const int64_t row : set) {
      for (const ClassCount& entry : amounts_.of(row)) held[at(entry.label)] += static_cast<double>(entry.count);
    }
    double sum = 0;
    for (size_t c = 0; c < held.size(); ++c) {
      if (amounts_.totals[c] > 0) sum += std::log((1e-3 + held[c] / static_cast<double>(amounts_.totals[c])) / 1e-3);
    }
    return sum;
  }

  double likeness(const std::vector<int64_t>& set) const {
    double sum = 0;
    for (const auto& cosines : cosines_) {
      double best = 0;
      for (const int64_t j : set) best = std::max(best, cosines[at(j)]);
      sum += best;
    }
    return sum;
  }

  const ClassAmounts& amounts_;
  double diversity_;
  std::vector<int64_t> pool_;
  std::vector<std::vector<double>> cosines_;
};

// Rows whose gains are equal in exact arithmetic may differ by rounding, so gains are compared.
TEST(DiverseCoverage, EveryPickAddsAsMuchAsAnyRowWould) {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    const DrawnRows rows(40, 7, seed, seed % 2 == 0 ? 5 : 0);
    const ClassAmounts amounts = drawn_amounts(40, 4, seed % 3 == 0 ? 3 : 1000, seed);
    const std::vector<int64_t> pool = rows.all();
    for (const double diversity : {0.1, 0.5, 0.9, 1.0}) {
      const Ranking ranking =
          diverse_coverage(amounts, rows.features(), {.rows = pool, .count = 20}, {.diversity = diversity}, {.threads = 2});
      const Definition definition(amounts, rows, diversity);
      std::vector<int64_t> set;
      for (size_t t = 0; t < 20; ++t) {
        const double most = definition.most_added(set), before = definition.objective(set);
        set.push_back(ranking.order[t]);
        const double added = definition.objective(set) - before;
        ASSERT_NEAR(added, most, 1e-12) << "seed " << seed << ", diversity " << diversity << ", pick " << t;
        ASSERT_NEAR(ranking.gains[t], added, 1e-6);
      }
    }
  }
}

TEST(DiverseCoverage, WithoutDiversityCoversClassesAndWithNothingElsePictures) {
  const DrawnRows rows(80, 6, 3, 4);
  const ClassAmounts amounts = drawn_amounts(80, 3, 9, 3);
  const std::vector<int64_t> pool = rows.all();
  const PoolTask task{.rows = pool, .count = 40};
  EXPECT_EQ(diverse_coverage(amounts, rows.features(), task, {.diversity = 0}, {}).order, class_coverage(amounts, task, {}, {}).order);
  EXPECT_EQ(diverse_coverage(amounts, rows.features(), task, {.diversity = 1}, {}).order,
            facility_location(rows.features(), task, {}, {}).order);
}

TEST(DiverseCoverage, OfTwoPicturesOfOneSceneItTakesOne) {
  DrawnRows rows(4, 3, 1);
  rows.copy(0, 1);  // two pictures of one scene, full of objects; the others hold one each
  const ClassAmounts amounts{
      .unit = CountedIn::objects, .first = {0, 1, 2, 3, 4}, .entries = {{0, 5}, {0, 5}, {0, 4}, {0, 4}}, .totals = {18}};
  const std::vector<int64_t> pool = rows.all();
  EXPECT_THAT(class_coverage(amounts, {.rows = pool, .count = 2}, {}, {}).order, ElementsAre(0, 1));
  const Ranking diverse = diverse_coverage(amounts, rows.features(), {.rows = pool, .count = 3}, {}, {});
  EXPECT_THAT(diverse.order, testing::Not(testing::IsSupersetOf({0, 1})));
}

TEST(DiverseCoverage, FloorsAndRowsChosenBeforeComeFirst) {
  const DrawnRows rows(50, 5, 9);
  const ClassAmounts amounts = drawn_amounts(50, 3, 4, 9);
  const std::vector<int64_t> pool = rows.all(), chosen = {31, 4};
  const PoolTask task{.rows = pool, .count = 30, .chosen = {chosen, 50}};
  const DiverseCoverageOptions options{.classes = {.floor = 3}};
  const std::vector<int64_t> first = rows_picked_first(amounts, task, options.classes);
  const Ranking ranking = diverse_coverage(amounts, rows.features(), task, options, {});
  ASSERT_GT(first.size(), 2U);
  EXPECT_TRUE(std::ranges::equal(first, std::span(ranking.order).first(first.size())));
  EXPECT_THAT(std::span(ranking.order).first(2), ElementsAre(31, 4));
  EXPECT_EQ(ranking.order.size(), 30U);
}

TEST(DiverseCoverage, WithoutObjectsCoversPictures) {
  const DrawnRows rows(20, 4, 2);
  const ClassAmounts amounts{.unit = CountedIn::objects, .first = std::vector<int64_t>(21, 0), .totals = {0}};
  const std::vector<int64_t> pool = rows.all();
  const PoolTask task{.rows = pool, .count = 10};
  EXPECT_EQ(diverse_coverage(amounts, rows.features(), task, {}, {}).order, facility_location(rows.features(), task, {}, {}).order);
}

}  // namespace
}  // namespace decant
