#include "decant/select/bins/audit.h"

#include <gtest/gtest.h>
#include <numeric>

#include "decant/base/random.h"

namespace decant {
namespace {

TEST(Audit, PassesATrueCutAndFindsAFalseOne) {
  constexpr int64_t kRows = 400;
  constexpr int64_t kWidth = 12;
  std::vector<float> values;
  Random random(5, "audit test");
  for (int64_t i = 0; i < kRows * kWidth; ++i) values.push_back(static_cast<float>(0.5 + random.normal()));
  const Features features{MatrixView<const float>(values.data(), kRows, kWidth), nullptr};
  std::vector<int64_t> rows(kRows);
  std::iota(rows.begin(), rows.end(), 0);
  for (const BinFunction function : {BinFunction::graph_cut, BinFunction::graph_cut_euclidean, BinFunction::herding}) {
    CutOptions options;
    options.function = function;
    options.bins = 4;
    GreedyResult cut = cut_into_bins(features, rows, options, {});
    EXPECT_EQ(audit_cut(features, rows, options, cut, kRows, 1, {}), "");
    std::swap(cut.order[150], cut.order[199]);
    EXPECT_NE(audit_cut(features, rows, options, cut, kRows, 1, {}), "");
    cut.order[150] = cut.order[199];
    EXPECT_EQ(audit_cut(features, rows, options, cut, kRows, 1, {}), "the order is not a permutation of the pool");
  }
}

}  // namespace
}  // namespace decant
