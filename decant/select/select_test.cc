#include "decant/select/select.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vector>

#include "decant/base/random.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

struct LabelledRows {
  std::vector<float> values;
  std::vector<int32_t> labels;
  MatrixView<const float> view() const { return {values.data(), static_cast<int64_t>(labels.size()), 6}; }
};

LabelledRows hundred_rows_in_two_classes() {
  LabelledRows matrix;
  Random random(1, "select");
  for (int32_t i = 0; i < 100; ++i) {
    matrix.labels.push_back(i % 4 == 0 ? 1 : 0);
    for (int k = 0; k < 6; ++k) matrix.values.push_back(static_cast<float>(1 + random.normal()));
  }
  return matrix;
}

TEST(Select, KeepsExactlyAndByClass) {
  const auto matrix = hundred_rows_in_two_classes();
  for (const char* method : {"bins", "random"}) {
    SelectionOptions options;
    options.method = method;
    options.keep = "20%";
    options.labels = matrix.labels;
    const Choice choice = select(matrix.view(), options);
    ASSERT_EQ(choice.rows.size(), 20U) << method;
    int64_t rare = 0;
    for (const int64_t row : choice.rows) rare += matrix.labels[static_cast<size_t>(row)];
    EXPECT_EQ(rare, 5) << method;
    EXPECT_EQ(choice.selection.order.size(), 100U);
  }
}

TEST(Select, IsTheSameAgainAndLeavesBadRowsOut) {
  const auto matrix = hundred_rows_in_two_classes();
  const std::vector<int64_t> bad{3, 50};
  SelectionOptions options;
  options.keep = "98";
  options.bad_rows = bad;
  const Choice choice = select(matrix.view(), options);
  EXPECT_EQ(choice.rows, select(matrix.view(), options).rows);
  EXPECT_THAT(choice.rows, testing::SizeIs(98));
  EXPECT_THAT(choice.rows, testing::Not(testing::Contains(3)));
}

TEST(Select, RefusesAnUnknownMethodAndAnImpossibleCount) {
  const auto matrix = hundred_rows_in_two_classes();
  SelectionOptions options;
  options.method = "best";
  EXPECT_THAT(message_of([&] { select(matrix.view(), options); }), testing::HasSubstr("unknown method 'best'"));
  options = {};
  options.keep = "101";
  EXPECT_THAT(message_of([&] { select(matrix.view(), options); }), testing::HasSubstr("101"));
}

TEST(Select, EveryMethodOfFeaturesKeepsExactNumbersAndRepeats) {
  Random random(3, "select test");
  Matrix<float> matrix(90, 6);
  std::vector<int32_t> labels;
  for (int64_t row = 0; row < 90; ++row) {
    labels.push_back(static_cast<int32_t>(row % 3));
    for (int64_t column = 0; column < 6; ++column)
      matrix[row][static_cast<size_t>(column)] = static_cast<float>(random.normal() + (row % 3 == 0 ? 2 : 0));
  }
  for (const Method& method : methods()) {
    if (method.scores != Scores::none || !method.features || method.targets || method.amounts || method.cuts_bins) continue;
    SelectionOptions options;
    options.method = method.name;
    options.keep = "20%";
    options.labels = labels;
    const Choice choice = select(matrix.view(), options);
    EXPECT_EQ(choice.rows.size(), 18U) << method.name;
    EXPECT_EQ(std::count_if(choice.rows.begin(), choice.rows.end(), [](int64_t row) { return row % 3 == 1; }), 6) << method.name;
    EXPECT_EQ(select(matrix.view(), options, {.threads = 2}).rows, choice.rows) << method.name;
    options.seed = 1;
    if (!method.draws) {
      EXPECT_EQ(select(matrix.view(), options).rows, choice.rows) << method.name;
    }
    matrix[4][2] = std::nanf("");
    EXPECT_THAT(message_of([&] { select(matrix.view(), options); }), testing::HasSubstr("row 4")) << method.name;
    const std::vector<int64_t> bad = {4};
    options.bad_rows = bad;
    EXPECT_EQ(select(matrix.view(), options).rows.size(), 18U) << method.name;
    matrix[4][2] = 0;
  }
}

}  // namespace
}  // namespace decant
