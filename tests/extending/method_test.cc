// A selection method: of every pool, the rows with the largest features.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/select/methods/list.h"
#include "decant/select/select.h"

namespace decant {
namespace {

Ranker longest_ranker(const MethodInputs& inputs, uint64_t) {
  return [inputs](const PoolTask& pool, const Context&) {
    std::vector<double> squares;
    std::vector<float> scratch;
    for (const int64_t row : pool.rows) {
      squares.push_back(0);
      for (const float value : inputs.features.row(row, scratch)) squares.back() += double{value} * value;
    }
    Ranking ranking;
    for (const int64_t place : falling_order(squares)) {
      ranking.order.push_back(pool.rows[static_cast<size_t>(place)]);
      ranking.gains.push_back(static_cast<float>(squares[static_cast<size_t>(place)]));
    }
    return ranking;
  };
}

const Method& longest = add_method({.name = "longest",
                                    .summary = "rows with the largest features",
                                    .features = true,
                                    .valid_sizes = ValidSizes::any_number,
                                    .ranker = longest_ranker});

TEST(AMethod, IsAFileAndALine) {
  const std::vector<float> values = {1, -3, 2, 0};
  SelectionOptions options{.keep = "2", .method = longest.name};
  EXPECT_THAT(select({values.data(), 4, 1}, options).rows, testing::ElementsAre(1, 2));
}

}  // namespace
}  // namespace decant
