#include "decant/select/methods/kmeans_centres.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <vector>

#include "decant/select/methods/parts/drawn_rows.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(KMeansCentres, AreTheRowsInTheMiddleOfEachClusterLargestFirst) {
  // Three tight groups along a line, of 5, 3 and 7 rows; the middle of each is a row.
  DrawnRows rows(15, 1, 1);
  const std::vector<float> at = {100, 101, 102, 103, 104, 200, 201, 202, 300, 301, 302, 303, 304, 305, 306};
  for (int64_t i = 0; i < 15; ++i) rows.row(i)[0] = at[static_cast<size_t>(i)];
  const Ranking ranking = kmeans_centres(rows.features(), {0, rows.all(), 3}, {.unit = false}, {});
  EXPECT_THAT(ranking.order, ElementsAre(11, 2, 6));
  EXPECT_THAT(ranking.gains, ElementsAre(7, 5, 3));
}

TEST(KMeansCentres, AreDistinctAndTheSameForAnyThreads) {
  const DrawnRows rows(400, 12, 2, 10);
  for (const int64_t count : {1, 37, 200, 400}) {
    const Ranking one = kmeans_centres(rows.features(), {0, rows.all(), count}, {}, {.threads = 1});
    EXPECT_EQ(kmeans_centres(rows.features(), {0, rows.all(), count}, {}, {.threads = 2}).order, one.order);
    EXPECT_EQ(std::set<int64_t>(one.order.begin(), one.order.end()).size(), static_cast<size_t>(count));
    EXPECT_TRUE(std::ranges::is_sorted(one.gains, std::greater<>()));
  }
}

TEST(KMeansCentres, CopiesAndZeroRowsFillTheCount) {
  DrawnRows rows(60, 5, 3);
  for (int64_t i = 12; i < 60; ++i) rows.copy(i % 12, i);  // every row five times
  const Ranking ranking = kmeans_centres(rows.features(), {0, rows.all(), 30}, {}, {});
  EXPECT_EQ(std::set<int64_t>(ranking.order.begin(), ranking.order.end()).size(), 30u);
  std::set<int64_t> first;
  for (size_t i = 0; i < 12; ++i) first.insert(ranking.order[i] % 12);
  EXPECT_EQ(first.size(), 12u) << "one of each before the copies";
  for (int64_t i = 0; i < 60; ++i) rows.clear(i);
  EXPECT_THAT(kmeans_centres(rows.features(), {0, rows.all(), 4}, {}, {}).order, ElementsAre(0, 1, 2, 3));
}

TEST(KMeansCentres, PlainSeedsServeManyCentres) {
  const DrawnRows rows(1300, 4, 4);
  const Ranking ranking = kmeans_centres(rows.features(), {0, rows.all(), kSpreadCentres + 50}, {}, {});
  EXPECT_EQ(std::set<int64_t>(ranking.order.begin(), ranking.order.end()).size(), static_cast<size_t>(kSpreadCentres + 50));
}

TEST(KMeansCentres, TakesAnyCount) {
  const DrawnRows rows(5, 3, 5);
  const std::vector<int64_t> one = {3};
  EXPECT_THAT(kmeans_centres(rows.features(), {0, one, 1}, {}, {}).order, ElementsAre(3));
  EXPECT_THAT(kmeans_centres(rows.features(), {0, one, 0}, {}, {}).order, IsEmpty());
}

}  // namespace
}  // namespace decant
