#include "decant/report/facts/copy_sheets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decant::report {
namespace {

using testing::ElementsAre;
using Part = ShownCopy::Part;

Copy row_of(int64_t row, int32_t label = 0, bool in_test = false) {
  return {.row = row, .in_test = in_test, .label = label, .size = 1, .key = std::to_string(row)};
}

CopyPair near(const Copy& one, const Copy& other, double similarity) {
  return {one, other, similarity, Sameness::near};
}

std::vector<int64_t> rows_in(const ShownCluster& cluster) {
  std::vector<int64_t> rows;
  for (const ShownCopy& row : cluster.rows) rows.push_back(row.copy.row);
  return rows;
}

TEST(CopySheets, WhatStaysComesFirstThenItsCopiesTheNearestFirst) {
  const std::vector<CopyPair> pairs = {near(row_of(4), row_of(7, 1), 0.91), near(row_of(4), row_of(9), 0.97),
                                       near(row_of(1), row_of(2), 0.99)};
  const CopySheets sheets = copy_sheets(resolve_copies(pairs, {.threshold = 0.9}), pairs, 0.9);
  EXPECT_EQ(sheets.all_leaks, 0U);
  ASSERT_EQ(sheets.others.size(), 2U);
  EXPECT_THAT(rows_in(sheets.others[0]), ElementsAre(4, 9, 7)) << "the larger cluster is first, though the other is closer";
  EXPECT_EQ(sheets.others[0].rows[0].part, Part::stays);
  EXPECT_FALSE(sheets.others[0].rows[0].similarity);
  EXPECT_EQ(sheets.others[0].rows[1].part, Part::dropped);
  EXPECT_EQ(*sheets.others[0].rows[1].similarity, 0.97);
  EXPECT_FALSE(sheets.others[0].rows[1].other_label);
  EXPECT_TRUE(sheets.others[0].rows[2].other_label);
  EXPECT_THAT(rows_in(sheets.others[1]), ElementsAre(1, 2));
}

TEST(CopySheets, OfAChainEveryRowThatStaysHasItsCopiesBehindIt) {
  // 1 and 5 stay and are no copies of each other; 3 is one of both.
  const std::vector<CopyPair> pairs = {near(row_of(1), row_of(3), 0.91), near(row_of(5, 1), row_of(3), 0.95),
                                       near(row_of(5, 1), row_of(8), 0.93), near(row_of(5, 1), row_of(9, 1), 0.94)};
  const CopySheets sheets = copy_sheets(resolve_copies(pairs, {.threshold = 0.9}), pairs, 0.9);
  ASSERT_EQ(sheets.others.size(), 1U);
  EXPECT_THAT(rows_in(sheets.others[0]), ElementsAre(5, 9, 8, 1, 3));
  std::vector<bool> marked;
  for (const ShownCopy& row : sheets.others[0].rows) marked.push_back(row.other_label);
  EXPECT_THAT(marked, ElementsAre(false, false, true, true, false)) << "row 3 has the label of row 1, which it repeats";
}

TEST(CopySheets, LeaksStandApartAndBeginWithWhatIsRepeated) {
  const std::vector<CopyPair> pairs = {near(row_of(3), row_of(0, 0, true), 0.95),
                                       near(row_of(5), row_of(0, 0, true), 0.98),
                                       {row_of(6), row_of(1, 1, true), 1, Sameness::content}};
  const CopySheets sheets = copy_sheets(resolve_copies(pairs, {.threshold = 0.9}), pairs, 0.9);
  EXPECT_TRUE(sheets.others.empty());
  ASSERT_EQ(sheets.leaks.size(), 2U);
  EXPECT_THAT(rows_in(sheets.leaks[0]), ElementsAre(0, 5, 3));
  EXPECT_EQ(sheets.leaks[0].rows[0].part, Part::test);
  EXPECT_EQ(*sheets.leaks[0].rows[0].similarity, 0.98);
  EXPECT_EQ(sheets.leaks[0].rows[1].part, Part::leaks);
  EXPECT_EQ(sheets.leaks[1].rows[1].how, Sameness::content);
  EXPECT_TRUE(sheets.leaks[1].rows[1].other_label);
  std::vector<CopyPair> more = pairs;
  for (int64_t i = 0; i < 3; ++i) more.push_back(near(row_of(10), row_of(11 + i), 0.92));
  more.push_back(near(row_of(3), row_of(10), 0.9));
  const CopySheets mixed = copy_sheets(resolve_copies(more, {.threshold = 0.9}), more, 0.9);
  EXPECT_THAT(rows_in(mixed.leaks[0]), ElementsAre(0, 5, 3, 10, 11, 12, 13)) << "the leak before the larger group";
  const CopySheets kept = copy_sheets(resolve_copies(pairs, {.threshold = 0.9, .keep_leaks = true}), pairs, 0.9);
  EXPECT_THAT(rows_in(kept.leaks[0]), ElementsAre(3, 5, 0)) << "where leaks may stay, what stays is first";
}

TEST(CopySheets, AreBoundedAndSayHowManyMore) {
  std::vector<CopyPair> pairs;
  for (int64_t i = 0; i < 300; ++i) pairs.push_back(near(row_of(2 * i), row_of(2 * i + 1), 0.9 + 0.0001 * static_cast<double>(i)));
  for (int64_t i = 0; i < 180; ++i) pairs.push_back(near(row_of(1000 + i), row_of(i, 0, true), 0.95));
  for (int64_t i = 1; i < 12; ++i) pairs.push_back(near(row_of(2000), row_of(2000 + i), 0.95));
  const CopySheets sheets = copy_sheets(resolve_copies(pairs, {.threshold = 0.9}), pairs, 0.9);
  EXPECT_EQ(sheets.all_leaks, 180U);
  EXPECT_EQ(sheets.all_others, 301U);
  EXPECT_EQ(sheets.leaks.size(), 150U);
  EXPECT_EQ(sheets.others.size(), 50U);
  EXPECT_EQ(sheets.others[0].rows.size(), kMostCopies);
  EXPECT_EQ(sheets.others[0].more, 4U);
  EXPECT_THAT(rows_in(sheets.others[1]), ElementsAre(598, 599)) << "of one size the closest";
}

}  // namespace
}  // namespace decant::report
