#include "decant/select/bins/cut.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/select/engine/linear_greedy.h"
#include "decant/select/engine/nested_greedy.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Features matrix(int64_t width, std::vector<float> values) {
  auto owner = std::make_shared<std::vector<float>>(std::move(values));
  return {MatrixView<const float>(owner->data(), static_cast<int64_t>(owner->size()) / width, width), owner};
}

/// Rows around a few centres, all with a common mean: what network features look like.
Features clustered(int64_t count, int64_t width, double mean, uint64_t seed) {
  Random random(seed, "clustered");
  constexpr size_t kCentres = 5;
  std::vector<double> centres;
  for (size_t i = 0; i < kCentres * static_cast<size_t>(width); ++i) centres.push_back(mean + random.normal());
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) {
    const size_t centre = random.below(kCentres) * static_cast<size_t>(width);
    for (size_t k = 0; k < static_cast<size_t>(width); ++k)
      values.push_back(static_cast<float>(centres[centre + k] + 0.7 * random.normal()));
  }
  return matrix(width, std::move(values));
}

std::vector<int64_t> all_rows(const Features& features) {
  std::vector<int64_t> rows(static_cast<size_t>(features.count()));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

std::vector<BinFunction> linear_functions() {
  return {BinFunction::graph_cut, BinFunction::graph_cut_dot, BinFunction::graph_cut_euclidean, BinFunction::herding,
          BinFunction::disparity_sum};
}

TEST(Greedy, CutsAHandMadePool) {
  // Three rows to the right, one up. Row 0 = row 1; the mean points right.
  const auto features = matrix(2, {1, 0, 1, 0, 2, 1, 0, 3});
  CutOptions options;
  options.bins = 2;
  const auto result = cut_into_bins(features, all_rows(features), options, {});
  EXPECT_THAT(result.bin_begin, ElementsAre(0, 2, 4));
  EXPECT_EQ(result.order.front(), 2);  // the direction between all of them covers most
  // Gain of the first pick, by the definition: Σ_D (½ + ½cos).
  const double c = 2 / std::sqrt(5.0);
  const double s = 1 / std::sqrt(5.0);
  EXPECT_NEAR(result.gains.front(), 4 * 0.5 + 0.5 * (2 * c + 1 + s), 1e-12);
}

TEST(Greedy, GainsAreTheObjectivesDefinition) {
  const auto features = clustered(30, 6, 0.5, 3);
  const auto distance = [&](int64_t a, int64_t b) {
    double sum = 0;
    for (size_t k = 0; k < 6; ++k) sum += std::pow(double{features.matrix()[a][k]} - double{features.matrix()[b][k]}, 2);
    return sum;
  };
  CutOptions options;
  options.function = BinFunction::graph_cut_euclidean;
  options.bins = 3;
  const auto result = cut_into_bins(features, all_rows(features), options, {});
  const auto at = static_cast<size_t>(result.bin_begin[1]) + 4;  // the fifth pick of the second bin
  double wanted = 0;
  for (size_t i = static_cast<size_t>(result.bin_begin[1]); i < result.order.size(); ++i) {
    wanted += (i < at ? 1 : -1) * distance(result.order[i], result.order[at]);
  }
  EXPECT_NEAR(result.gains[at], wanted, 1e-9 * std::abs(wanted));
}

TEST(Greedy, TiesGoToTheSmallerRow) {
  for (const BinFunction function : linear_functions()) {
    const auto features = matrix(3, std::vector<float>(3 * 40, 1.5F));
    CutOptions options;
    options.function = function;
    const auto rows = all_rows(features);
    EXPECT_EQ(cut_into_bins(features, rows, options, {}).order, rows) << name_of(function);
  }
}

TEST(Greedy, EdgesOfTheShape) {
  CutOptions options;
  const auto one = matrix(1, {-2});
  EXPECT_THAT(cut_into_bins(one, all_rows(one), options, {}).order, ElementsAre(0));
  const auto zeros = matrix(2, {0, 0, 0, 0, 0, 0});
  const auto cut = cut_into_bins(zeros, all_rows(zeros), options, {});
  EXPECT_THAT(cut.order, ElementsAre(0, 1, 2));
  EXPECT_THAT(cut.bin_begin, ElementsAre(0, 1, 2, 3));  // fewer rows than bins
  const auto empty = cut_into_bins(one, {}, options, {});
  EXPECT_TRUE(empty.order.empty());
  EXPECT_THAT(empty.bin_begin, ElementsAre(0, 0));
  const auto eleven = clustered(11, 4, 1, 9);
  options.bins = 4;
  EXPECT_THAT(cut_into_bins(eleven, all_rows(eleven), options, {}).bin_begin, ElementsAre(0, 2, 4, 6, 11));
}

TEST(Greedy, BoundedEqualsEveryoneOnEveryFunctionAndMean) {
  for (const BinFunction function : linear_functions()) {
    for (const double mean : {0.0, 0.3, 2.0}) {
      const auto features = clustered(700, 33, mean, static_cast<uint64_t>(mean * 10));
      CutOptions options;
      options.function = function;
      options.bins = 4;
      const auto bounded = cut_into_bins(features, all_rows(features), options, {});
      options.engine = BinEngine::exhaustive;
      const auto plain = cut_into_bins(features, all_rows(features), options, {});
      ASSERT_EQ(bounded.order, plain.order) << name_of(function) << " at mean " << mean;
      ASSERT_EQ(bounded.gains, plain.gains);
    }
  }
}

// Switches that make the filters worse must not move a pick: this finds errors that only the
// filters' quality hides.
TEST(Greedy, StressSwitchesMoveNoPick) {
  const auto features = clustered(250, 40, 0.5, 5);
  const auto rows = all_rows(features);
  for (const BinFunction function : linear_functions()) {
    LinearPool pool(features, rows, linear_form(function, 1), {});
    LinearPicker plain(pool);
    const auto wanted = run_bins(plain, rows, 3, {}).order;
    for (const bool project : {true, false}) {
      for (const double coarseness : {1.0, 4.0}) {
        for (const int32_t windows : {1, 2, 3}) {
          for (const double horizon : {0.0, 1.0, 50.0}) {
            LinearPool again(features, rows, linear_form(function, 1), {});
            NestedPicker picker(again, {project, coarseness, windows, horizon, horizon != 1, false}, {});
            ASSERT_EQ(run_bins(picker, rows, 3, {}).order, wanted) << name_of(function) << " project " << project << " codes × "
                                                                   << coarseness << " windows " << windows << " horizon " << horizon;
          }
        }
      }
    }
  }
}

// The runner-up that windows remembered may be picked while everyone is scored; as a bar for the
// next window it would exclude everybody.
TEST(Greedy, GoingBackAndForthBetweenWindowsAndEveryone) {
  const auto features = clustered(2500, 24, 0.2, 12);
  const auto rows = all_rows(features);
  int64_t among_everyone = 0;
  for (const BinFunction function : linear_functions()) {
    LinearPool pool(features, rows, linear_form(function, 1), {});
    LinearPicker plain(pool);
    const auto wanted = run_bins(plain, rows, 4, {}).order;
    LinearPool again(features, rows, linear_form(function, 1), {});
    NestedOptions options;
    options.everyone_every = 25;
    NestedPicker picker(again, options, {});
    ASSERT_EQ(run_bins(picker, rows, 4, {}).order, wanted) << name_of(function);
    among_everyone += picker.counts().everyone_picks;
  }
  EXPECT_GT(among_everyone, 100);
}

/// The rows in blocks of these sizes, each in memory of its own; as float16 where asked (REQUIRES:
/// values that are halves).
Features in_blocks(const Features& features, std::span<const int64_t> sizes, bool halves) {
  std::vector<FeatureBlock> blocks;
  int64_t row = 0;
  for (const int64_t rows : sizes) {
    const auto owner = std::make_shared<std::vector<float>>();
    for (const int64_t end = row + rows; row < end; ++row) {
      for (const float value : features.matrix()[row]) {
        // A normal float32 that is a half has its exponent and fraction 13 bits above the half's,
        // and a bias that is greater by 112.
        const auto bits = std::bit_cast<uint32_t>(value);
        const auto half = static_cast<uint16_t>(bits >> 31 << 15 | ((bits & 0x7fffffffu) - (112u << 23)) >> 13);
        owner->push_back(halves ? std::bit_cast<float>(uint32_t{half}) : value);
      }
    }
    if (halves) {
      const auto packed = std::make_shared<std::vector<uint16_t>>();
      for (const float value : *owner) packed->push_back(static_cast<uint16_t>(std::bit_cast<uint32_t>(value)));
      blocks.push_back(
          {reinterpret_cast<const std::byte*>(packed->data()), FloatType::f16, rows, features.width(), features.width(), packed});
    } else {
      blocks.push_back(
          {reinterpret_cast<const std::byte*>(owner->data()), FloatType::f32, rows, features.width(), features.width(), owner});
    }
  }
  return Features(std::move(blocks));
}

/// Every value with 10 bits of fraction, so that it is a half, and none too small for one.
Features rounded_to_halves(const Features& features) {
  std::vector<float> values;
  for (int64_t row = 0; row < features.count(); ++row) {
    for (const float value : features.matrix()[row]) {
      const float rounded = std::bit_cast<float>(std::bit_cast<uint32_t>(value) & 0xffffe000u);
      values.push_back(std::abs(rounded) < 0x1p-14F ? 0x1p-14F : rounded);
    }
  }
  return matrix(features.width(), std::move(values));
}

TEST(Greedy, HowFeaturesAreStoredChangesNoBit) {
  const auto features = rounded_to_halves(clustered(1300, 24, 0.5, 21));
  std::vector<int64_t> some;  // copied side by side, as it is small
  for (int64_t row = 0; row < features.count(); row += 3) some.push_back(row);
  const std::vector<int64_t> whole{1300}, even{450, 450, 400}, ragged{1, 350, 99, 500, 250, 17, 83};
  for (const BinFunction function : {BinFunction::graph_cut, BinFunction::graph_cut_euclidean}) {
    CutOptions options;
    options.function = function;
    options.bins = 4;
    for (const auto& rows : {all_rows(features), some}) {
      const auto wanted = cut_into_bins(features, rows, options, {});
      for (const auto& sizes : {whole, even, ragged}) {
        for (const bool halves : {false, true}) {
          const auto got = cut_into_bins(in_blocks(features, sizes, halves), rows, options, {});
          ASSERT_EQ(got.order, wanted.order) << name_of(function) << " " << sizes.size() << " blocks, halves " << halves;
          ASSERT_EQ(got.gains, wanted.gains);
        }
      }
    }
  }
}

// More than 16 MiB of the rows are left where they are, in blocks too.
TEST(Greedy, ALargePartOfManyBlocksIsScoredInPlace) {
  constexpr int64_t kRows = 4300;
  constexpr int64_t kWidth = 1100;
  std::vector<float> values;
  for (int64_t i = 0; i < kRows * kWidth; ++i) values.push_back(static_cast<float>(i * 7919 % 2003 - 1000) / 64);
  const auto features = rounded_to_halves(matrix(kWidth, std::move(values)));
  std::vector<int64_t> most;
  for (int64_t row = 0; row < features.count(); ++row) {
    if (row % 10 != 0) most.push_back(row);
  }
  const std::vector<int64_t> ragged{1000, 3, 1297, 2000};
  const std::vector<int32_t> asked{0, 17, 899, 900, 903, 2700, 3869};
  const auto scores = [&](const Features& stored) {
    LinearPool pool(stored, most, linear_form(BinFunction::graph_cut, 1), {});
    std::vector<int32_t> everyone(most.size());
    std::iota(everyone.begin(), everyone.end(), 0);
    pool.begin_bin(everyone);
    pool.pick(5);
    std::vector<double> out(asked.size());
    pool.scores(asked, out);
    return out;
  };
  const auto wanted = scores(features);
  EXPECT_EQ(scores(in_blocks(features, ragged, false)), wanted);
  EXPECT_EQ(scores(in_blocks(features, ragged, true)), wanted);
}

TEST(Greedy, BoundsExcludeMostRows) {
  const auto features = clustered(3000, 64, 1, 6);
  const auto rows = all_rows(features);
  LinearPool pool(features, rows, linear_form(BinFunction::graph_cut, 1), {});
  NestedPicker picker(pool, {}, {});
  run_bins(picker, rows, 10, {});
  EXPECT_EQ(picker.counts().picks, 3000);
  EXPECT_LT(picker.counts().exact, 60 * 3000);  // scoring everyone: 1,500 a pick
}

TEST(Greedy, ThreadsAndPoolsSideBySideChangeNothing) {
  const auto features = clustered(5000, 8, 0.4, 8);
  std::vector<std::vector<int64_t>> pools(3);
  for (int64_t i = 0; i < 5000; ++i) pools[i < 4200 ? 0 : static_cast<size_t>(1 + i % 2)].push_back(i);  // one pool over a sum block
  Context one;
  one.threads = 1;
  Context four;
  four.threads = 4;
  CutOptions options;
  options.bins = 5;
  const auto a = cut_pools(features, pools, options, one);
  const auto b = cut_pools(features, pools, options, four);
  for (size_t i = 0; i < pools.size(); ++i) {
    EXPECT_EQ(a[i].order, b[i].order);
    EXPECT_EQ(a[i].gains, b[i].gains);
  }
}

TEST(Greedy, CancelStopsBetweenPicks) {
  const auto features = clustered(2000, 8, 1, 4);
  const std::atomic<bool> cancel{true};
  Context context;
  context.cancel = &cancel;
  EXPECT_THROW(cut_into_bins(features, all_rows(features), {}, context), Cancelled);
}

TEST(Greedy, RefusesOptionsWithAReason) {
  const auto refused = [](CutOptions options) -> std::string {
    try {
      validate(options, 8);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(refused({}), "accepted");
  EXPECT_THAT(refused({.bins = 0}), HasSubstr("0 bins"));
  EXPECT_THAT(refused({.lambda = -1}), HasSubstr("lambda is -1"));
  EXPECT_THAT(refused({.lambda = NAN}), HasSubstr("lambda is nan"));
  EXPECT_THAT(refused({.function = BinFunction::herding, .lambda = 2}), HasSubstr("herding has no lambda"));
  EXPECT_THAT(refused({.function = BinFunction::graph_cut_gradient}), HasSubstr("0 of 8 columns"));
  EXPECT_THAT(refused({.function = BinFunction::graph_cut_gradient, .classes = 8}), HasSubstr("8 of 8 columns"));
  EXPECT_EQ(refused({.function = BinFunction::graph_cut_gradient, .lambda = 2, .classes = 3}), "accepted");
}

}  // namespace
}  // namespace decant
