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
  EXPECT_THAT(message_of([&] { select(matrix.view(), options); }), testing::HasSubstr("'best' is no method"));
  options = {};
  options.keep = "101";
  EXPECT_THAT(message_of([&] { select(matrix.view(), options); }), testing::HasSubstr("101"));
}

}  // namespace
}  // namespace decant
