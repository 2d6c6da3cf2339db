// Values of many rows in little memory: what is read must be what a plain vector would say.
#include "decant/data/column.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "decant/base/random.h"
#include "decant/data/row_list.h"

namespace decant {
namespace {

TEST(Column, ReadsLikeTheVectorItWasMadeOf) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed, "column");
    std::vector<int32_t> values(random.below(300), 7);
    const uint64_t others = random.below(3) == 0 ? random.below(300) : random.below(8);
    for (uint64_t i = 0; i < others && !values.empty(); ++i) values[random.below(values.size())] = static_cast<int32_t>(random.below(5));
    const Column<int32_t> column = values;
    ASSERT_EQ(column.size(), values.size());
    for (size_t i = 0; i < values.size(); ++i) ASSERT_EQ(column[i], values[i]) << seed << ", row " << i;
    EXPECT_EQ(column.values(), values);
    EXPECT_EQ(column, Column<int32_t>(values));
    if (values.empty()) continue;
    std::vector<int32_t> other = values;
    ++other[random.below(other.size())];
    EXPECT_FALSE(column == Column<int32_t>(other)) << seed;
  }
}

TEST(Column, OfOneValueWithExceptions) {
  for (const size_t count : {4, 40, 4000}) {  // many exceptions, and few
    const std::vector<int64_t> rows = {0, 3};
    const Column<int32_t> column(count, 5, rows, -1);
    std::vector<int32_t> values(count, 5);
    values[0] = values[3] = -1;
    EXPECT_EQ(column.values(), values);
    EXPECT_EQ(column, Column<int32_t>(values)) << "however it is held";
  }
}

TEST(Column, ANaNEqualsItself) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Column<float> all(100, nan);
  EXPECT_TRUE(std::isnan(all[99]));
  EXPECT_EQ(all, Column<float>(std::vector<float>(100, nan)));
  EXPECT_FALSE(all == Column<float>(100, 0));
}

TEST(RowList, HoldsRowsOfAnySize) {
  const int64_t large = int64_t{1} << 32;
  const std::vector<int64_t> rows = {7, large - 1, 0, large, 3, int64_t{1} << 40};
  RowList list = std::vector<int64_t>(rows.begin(), rows.begin() + 3);
  for (size_t i = 3; i < rows.size(); ++i) list.push_back(rows[i]);
  EXPECT_EQ(list.values(), rows);
  EXPECT_EQ(list, RowList(rows));
  EXPECT_EQ(list.front(), 7);
  EXPECT_EQ(list.back(), int64_t{1} << 40);
  EXPECT_FALSE(list == RowList({7, large - 1}));
  EXPECT_THROW(list.push_back(-1), BugError);
}

TEST(RowList, AppendsToWhatThereIs) {
  RowList list;
  list.append(std::vector<int64_t>{4, 2});
  list.append(std::vector<int64_t>{});
  list.append(std::vector<int64_t>{9});
  EXPECT_EQ(list, RowList({4, 2, 9}));
  EXPECT_EQ(list.size(), 3u);
}

}  // namespace
}  // namespace decant
