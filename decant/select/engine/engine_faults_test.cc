// What data can do to the engine: values at the edges of float32, shapes at the edges of sense, and
// values that are refused. The windows must pick what scoring everyone picks, whatever the rows
// hold. Tests are named after the fault.
#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/select/bins/audit.h"
#include "decant/select/bins/bins.h"
#include "decant/select/bins/cut.h"
#include "decant/select/engine/nested_greedy.h"

namespace decant {
namespace {

constexpr float kLargestFloat = std::numeric_limits<float>::max();
constexpr float kSmallestFloat = std::numeric_limits<float>::denorm_min();

template <class Value>
Features filled(int64_t count, int64_t width, Value&& value) {
  auto owner = std::make_shared<std::vector<float>>();
  Random random(17, "faults");
  for (int64_t row = 0; row < count; ++row) {
    for (int64_t column = 0; column < width; ++column) owner->push_back(static_cast<float>(value(random, row, column)));
  }
  return {MatrixView<const float>(owner->data(), count, width), owner};
}

std::vector<int64_t> every_row(const Features& features) {
  std::vector<int64_t> rows(static_cast<size_t>(features.count()));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

const std::vector<BinFunction> kLinear = {BinFunction::graph_cut, BinFunction::graph_cut_dot, BinFunction::graph_cut_euclidean,
                                          BinFunction::herding, BinFunction::disparity_sum};

/// Windows, or what pays, or everyone: the same rows, and a permutation of all.
void expect_engines_agree(const Features& features, int32_t bins, const std::string& what) {
  const auto rows = every_row(features);
  for (const BinFunction function : kLinear) {
    CutOptions options{.function = function, .bins = bins, .engine = BinEngine::exhaustive};
    const auto plain = cut_into_bins(features, rows, options, {});
    auto sorted = plain.order;
    std::sort(sorted.begin(), sorted.end());
    ASSERT_EQ(sorted, rows) << what;
    for (const double gain : plain.gains) ASSERT_TRUE(std::isfinite(gain)) << what << ", " << name_of(function);
    for (const BinEngine engine : {BinEngine::windows, BinEngine::automatic}) {
      options.engine = engine;
      const auto cut = cut_into_bins(features, rows, options, {});
      ASSERT_EQ(cut.order, plain.order) << what << ", " << name_of(function);
      ASSERT_EQ(cut.gains, plain.gains) << what << ", " << name_of(function);
    }
  }
}

std::string refusal(float value, int64_t row, int64_t column) {
  const auto features = filled(
      50, 7, [&](Random& random, int64_t r, int64_t c) { return r == row && c == column ? static_cast<double>(value) : random.normal(); });
  return message_of([&] { select_bins(features, {}, {}, {}, {}); });
}

TEST(EngineFaults, NanIsRefusedByRowAndColumn) {
  expect_says(refusal(std::numeric_limits<float>::quiet_NaN(), 31, 4), {"row 31, column 4", "holds nan"});
  expect_says(refusal(-std::numeric_limits<float>::quiet_NaN(), 0, 0), {"row 0, column 0", "nan"});
  expect_says(refusal(std::numeric_limits<float>::signaling_NaN(), 49, 6), {"row 49, column 6", "nan"});
}

TEST(EngineFaults, InfinityIsRefusedByRowAndColumn) {
  expect_says(refusal(std::numeric_limits<float>::infinity(), 12, 6), {"row 12, column 6", "holds inf"});
  expect_says(refusal(-std::numeric_limits<float>::infinity(), 49, 0), {"row 49, column 0", "holds -inf"});
}

TEST(EngineFaults, TheFirstOfManyBadValuesIsNamed) {
  const auto features = filled(50, 7, [](Random& random, int64_t row, int64_t) { return row >= 20 ? NAN : random.normal(); });
  expect_says(message_of([&] { select_bins(features, {}, {}, {}, {}); }), {"row 20, column 0"});
}

TEST(EngineFaults, RowsAtFloatsLimit) {
  expect_engines_agree(filled(400, 20, [](Random& random, int64_t, int64_t) { return 1e38 * (2 * random.uniform() - 1); }), 4, "1e38");
  expect_engines_agree(
      filled(300, 33, [](Random& random, int64_t, int64_t) { return random.below(2) == 0 ? kLargestFloat : -kLargestFloat; }), 3,
      "every value the largest");
  expect_engines_agree(filled(300, 16, [](Random& random, int64_t, int64_t) { return 3e38 + 1e37 * random.uniform(); }), 3,
                       "a large common mean");
}

TEST(EngineFaults, RowsOfEverySize) {
  expect_engines_agree(filled(400, 12,
                              [scale = 1.0](Random& random, int64_t, int64_t column) mutable {
                                if (column == 0) scale = std::pow(10.0, 76 * random.uniform() - 38);
                                return scale * (2 * random.uniform() - 1);
                              }),
                       4, "1e-38 to 1e38");
  expect_engines_agree(
      filled(300, 12, [](Random& random, int64_t row, int64_t) { return (row == 150 ? 1e38 : 1.0) * random.normal() / 3; }), 3,
      "one huge row");
}

TEST(EngineFaults, Denormals) {
  expect_engines_agree(
      filled(400, 20,
             [](Random& random, int64_t, int64_t) { return static_cast<double>(kSmallestFloat) * static_cast<double>(random.below(5)); }),
      4, "denormals");
  expect_engines_agree(
      filled(300, 9, [](Random& random, int64_t row, int64_t) { return row % 2 == 0 ? 1e-40 * random.normal() : random.normal(); }), 3,
      "denormals among others");
}

TEST(EngineFaults, AllRowsEqualComeInTheirOrder) {
  for (const float value : {1.0F, 0.0F, -3e38F, kSmallestFloat}) {
    const auto features = filled(300, 5, [&](Random&, int64_t, int64_t) { return value; });
    for (const BinFunction function : kLinear) {
      for (const BinEngine engine : {BinEngine::windows, BinEngine::exhaustive}) {
        const auto cut = cut_into_bins(features, every_row(features), {.function = function, .bins = 4, .engine = engine}, {});
        EXPECT_EQ(cut.order, every_row(features)) << value << ", " << name_of(function);
      }
    }
  }
}

TEST(EngineFaults, FewerRowsThanBins) {
  for (const int64_t count : {1, 2, 9}) {
    const auto features = filled(count, 3, [](Random& random, int64_t, int64_t) { return random.normal(); });
    expect_engines_agree(features, 10, "few rows");
    const auto selection = select_bins(features, {}, {}, {}, {});
    EXPECT_EQ(selection.bin_count, count);
    for (int64_t i = 0; i < count; ++i) EXPECT_EQ(selection.bins[static_cast<size_t>(selection.order[static_cast<size_t>(i)])], i);
  }
}

TEST(EngineFaults, OneColumn) {
  expect_engines_agree(filled(500, 1, [](Random& random, int64_t, int64_t) { return random.normal(); }), 5, "one column");
  expect_engines_agree(filled(500, 1, [](Random&, int64_t row, int64_t) { return static_cast<double>(row % 3 - 1); }), 5,
                       "one column of ties");
}

TEST(EngineFaults, TenThousandColumns) {
  expect_engines_agree(filled(90, 10000, [](Random& random, int64_t, int64_t) { return 0.5 + random.normal(); }), 3, "10,000 columns");
  expect_engines_agree(filled(60, 10001, [](Random& random, int64_t, int64_t) { return 3e38 * (2 * random.uniform() - 1); }), 3,
                       "10,001 columns at the limit");
}

TEST(EngineFaults, AClassOfOneRow) {
  const auto features = filled(100, 6, [](Random& random, int64_t, int64_t) { return random.normal(); });
  std::vector<int32_t> labels(100, 0);
  labels[40] = 1;
  const auto selection = select_bins(features, labels, {}, {}, {});
  EXPECT_EQ(selection.pools[40], 1);
  EXPECT_EQ(selection.bins[40], 0);
  EXPECT_EQ(selection.order.back(), 40);
  EXPECT_TRUE(std::isfinite(selection.gains[40]));
}

TEST(EngineFaults, AnyNumberOfThreads) {
  const auto features =
      filled(3000, 24, [](Random& random, int64_t row, int64_t) { return 0.4 + random.normal() + (row % 5 == 0 ? 2 : 0); });
  std::vector<int32_t> labels(3000);
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = i % 10 < 8 ? 0 : static_cast<int32_t>(i % 10);
  const BinOptions by_class{.engine = BinEngine::windows};
  const BinOptions by_kmeans{.bins = 4, .kmeans = 5};
  const auto classes = select_bins(features, labels, {}, by_class, {.threads = 1});
  const auto parts = select_bins(features, labels, {}, by_kmeans, {.threads = 1});
  for (int threads = 2; threads <= 16; ++threads) {
    const auto again = select_bins(features, labels, {}, by_class, {.threads = threads});
    EXPECT_EQ(again.order, classes.order) << threads;
    EXPECT_EQ(again.gains, classes.gains) << threads;
    if (threads % 5 != 0) continue;
    EXPECT_EQ(select_bins(features, labels, {}, by_kmeans, {.threads = threads}).order, parts.order) << threads;
  }
}

// ---- Faults of the method itself that were met while it was built

/// The picks of windows with these switches, by the functions whose rows vary in length too.
void expect_switches_move_nothing(const Features& features, int32_t bins, const NestedOptions& nested) {
  const auto rows = every_row(features);
  for (const BinFunction function : kLinear) {
    const auto wanted = cut_into_bins(features, rows, {.function = function, .bins = bins, .engine = BinEngine::exhaustive}, {});
    LinearPool pool(features, rows, linear_form(function, 1), {});
    NestedPicker picker(pool, nested, {});
    ASSERT_EQ(run_bins(picker, rows, bins, {}).order, wanted.order) << name_of(function);
  }
}

// With every row of a window picked there is no bar, and a bar of −∞ would let picked rows through.
TEST(EngineFaults, AWindowOfWhichAllRowsArePickedLetsNoneThroughAgain) {
  const auto features = filled(400, 6, [](Random& random, int64_t, int64_t) { return 1 + random.normal(); });
  expect_switches_move_nothing(features, 1, {.windows = 3, .horizon = 4, .recent = false, .may_fall_back = false});
}

// What cold rows were below the best by must not be remembered: the best falls far when a row that
// stood alone is picked.
TEST(EngineFaults, TheBestThatFallsFarExposesColdRows) {
  const auto features = filled(900, 8, [](Random& random, int64_t row, int64_t) {
    return (1 + 0.3 * random.normal()) * (row % 90 == 7 ? std::pow(4.0, static_cast<double>(row / 90)) : 1.0);
  });
  expect_switches_move_nothing(features, 3, {.may_fall_back = false});
}

// A row's own error on its score belongs in every bound, sweeps included. Only coarse codes and
// long ways without ĉ show it.
TEST(EngineFaults, ErrorsOfEstimatesAreInEveryBound) {
  const auto features =
      filled(8000, 12, [](Random& random, int64_t row, int64_t) { return static_cast<double>(row % 5) + random.normal(); });
  const auto rows = every_row(features);
  for (const bool recent : {true, false}) {
    LinearPool pool(features, rows, linear_form(BinFunction::graph_cut, 1), {});
    NestedPicker picker(pool, {.project = false, .coarseness = 4, .recent = recent, .may_fall_back = false}, {});
    const auto cut = run_bins(picker, rows, 4, {});
    EXPECT_EQ(audit_cut(features, rows, {.bins = 4}, cut, 300, 11, {}), "");
  }
}

// Nearly parallel rows: the query moves along ĉ by thousands, and what tells rows apart is smaller
// than e's rounding to float32 times that.
TEST(EngineFaults, RoundingOfWhatLiesAlongIsInEveryBound) {
  const auto features = filled(1500, 20, [](Random& random, int64_t, int64_t) { return 1000 + 0.01 * random.normal(); });
  expect_switches_move_nothing(features, 3, {.may_fall_back = false});
}

}  // namespace
}  // namespace decant
