// Known answers of the published code, and thousands of small pools on which the engine and the
// oracle must agree row for row.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/random.h"
#include "decant/comm/local.h"
#include "decant/select/bins/cut.h"
#include "decant/select/engine/nested_greedy.h"

#include "tests/reference/graph_cut_oracle.h"

namespace decant {
namespace {

std::filesystem::path golden_folder() {
  const char* shared = std::getenv("DECANT_SHARED");
  return std::filesystem::path(shared != nullptr ? shared : "../shared") / "golden";
}

/// The values of a small little-endian, row-major .npy of version 1.
template <class T>
std::vector<T> read_npy(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  const auto header = static_cast<size_t>(static_cast<unsigned char>(text.at(8))) + 256 * static_cast<unsigned char>(text.at(9));
  std::vector<T> values((text.size() - 10 - header) / sizeof(T));
  std::memcpy(values.data(), text.data() + 10 + header, values.size() * sizeof(T));
  return values;
}

Features features_of(const oracle::Rows& rows) {
  const auto width = rows.empty() ? size_t{1} : rows[0].size();
  auto owner = std::make_shared<std::vector<float>>();
  for (const auto& row : rows) owner->insert(owner->end(), row.begin(), row.end());
  return {MatrixView<const float>(owner->data(), static_cast<int64_t>(rows.size()), static_cast<int64_t>(width)), owner};
}

std::vector<int64_t> everyone(const Features& features) {
  std::vector<int64_t> rows(static_cast<size_t>(features.count()));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

struct Golden {
  const char* name;
  const char* features;
  int64_t width;
  BinFunction function;
  int32_t bins;
};

void PrintTo(const Golden& golden, std::ostream* out) {
  *out << golden.name;
}

class GoldenTest : public testing::TestWithParam<Golden> {};

TEST_P(GoldenTest, EngineAndOraclePickThePublishedRows) {
  const Golden& golden = GetParam();
  const auto folder = golden_folder();
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is not here (set DECANT_SHARED)";
  const auto values = read_npy<float>(folder / (std::string(golden.features) + ".features.npy"));
  oracle::Rows rows;
  for (size_t i = 0; i < values.size(); i += static_cast<size_t>(golden.width)) {
    rows.emplace_back(values.begin() + static_cast<int64_t>(i), values.begin() + static_cast<int64_t>(i) + golden.width);
  }
  const auto features = features_of(rows);
  const auto published = read_npy<int32_t>(folder / (std::string(golden.name) + ".order.npy"));
  const auto bins = read_npy<int32_t>(folder / (std::string(golden.name) + ".bins.npy"));

  CutOptions options;
  options.function = golden.function;
  options.bins = golden.bins;
  const auto result = cut_into_bins(features, everyone(features), options, {});
  ASSERT_EQ(result.order.size(), rows.size());
  const std::vector<int64_t> begin(result.order.begin(), result.order.begin() + static_cast<int64_t>(published.size()));
  EXPECT_EQ(begin, std::vector<int64_t>(published.begin(), published.end()));
  for (size_t bin = 0; bin + 1 < result.bin_begin.size(); ++bin) {
    for (auto i = result.bin_begin[bin]; i < result.bin_begin[bin + 1]; ++i) {
      ASSERT_EQ(bins[static_cast<size_t>(result.order[static_cast<size_t>(i)])], static_cast<int32_t>(bin));
    }
  }
  EXPECT_EQ(oracle::cut(rows, std::string(name_of(golden.function)), 1, golden.bins), result.order);
}

INSTANTIATE_TEST_SUITE_P(
    Published, GoldenTest,
    testing::Values(Golden{"gaussian_1500x32_cosine", "gaussian_1500x32_cosine", 32, BinFunction::graph_cut, 10},
                    Golden{"cifar10_cat_1200x256_cosine", "cifar10_cat_1200x256_cosine", 256, BinFunction::graph_cut, 10},
                    Golden{"shifted_3000x24_cosine_7bins", "shifted_3000x24_cosine_7bins", 24, BinFunction::graph_cut, 7},
                    Golden{"glove_2000x50_cosine", "glove_2000x50", 50, BinFunction::graph_cut, 10},
                    Golden{"glove_2000x50_dot", "glove_2000x50", 50, BinFunction::graph_cut_dot, 5}),
    [](const auto& golden) { return std::string(golden.param.name); });

/// A pool with everything unpleasant: ties, duplicates, zero rows, tiny and huge values, any mean.
oracle::Rows nasty_pool(Random& random) {
  const size_t count = 1 + random.below(random.below(10) == 0 ? 400 : 120);
  const bool repeated = random.below(8) == 0;  // everything there two to five times
  const size_t width = 1 + random.below(130);
  const bool integers = random.below(4) == 0;
  const bool wide = random.below(4) == 0;
  const double mean = random.below(2) == 0 ? 0 : 2 * random.uniform();
  const double scale = random.below(8) == 0 ? 1e30 : random.below(8) == 0 ? 1e-30 : 1;
  oracle::Rows rows;
  for (size_t i = 0; i < count; ++i) {
    oracle::Row row(width, 0.0F);
    const double stretch = scale * (wide ? std::pow(10.0, 6 * random.uniform() - 3) : 1);
    for (auto& value : row) {
      const double drawn = integers ? static_cast<double>(random.below(3)) - 1 : mean + random.normal();
      value = static_cast<float>(drawn * stretch);
    }
    const auto kind = random.below(10);
    if (kind == 0) row.assign(width, 0.0F);
    if (kind == 1 && !rows.empty()) row = rows[random.below(rows.size())];
    if (kind == 2 && !rows.empty()) {  // a multiple: the same direction
      row = rows[random.below(rows.size())];
      for (auto& value : row) value *= 2;
    }
    rows.push_back(row);
  }
  if (repeated) {
    const size_t once = rows.size();
    for (size_t copies = 1 + random.below(4); copies > 0; --copies) {
      for (size_t i = 0; i < once; ++i) rows.push_back(oracle::Row(rows[i]));
    }
  }
  return rows;
}

/// What the windows pick, whether they pay or not, with all switches of theirs thrown in turn.
std::vector<int64_t> cut_by_windows(const Features& features, const CutOptions& options, uint64_t round, const Context& context,
                                    Comm* ranks) {
  const auto rows = everyone(features);
  LinearPool pool(features, rows, linear_form(options.function, options.lambda), context, ranks);
  NestedOptions nested;
  nested.may_fall_back = false;
  nested.windows = static_cast<int32_t>(1 + round % 3);
  nested.recent = round % 2 == 0;
  nested.project = round % 7 != 0;
  nested.coarseness = round % 5 == 0 ? 4 : 1;
  nested.horizon = round % 11 == 0 ? 1 : 0;
  NestedPicker picker(pool, nested, context);
  return run_bins(picker, rows, options.bins, context).order;
}

TEST(Fuzz, EngineEqualsOracleOnNastyPools) {
  for (uint64_t round = 0; round < 2000; ++round) {
    Random random(1, "nasty pools", round);
    const auto rows = nasty_pool(random);
    const auto features = features_of(rows);
    const BinFunction functions[] = {BinFunction::graph_cut, BinFunction::graph_cut_dot, BinFunction::graph_cut_euclidean,
                                     BinFunction::herding, BinFunction::disparity_sum};
    CutOptions options;
    options.function = functions[round % 5];
    options.bins = static_cast<int32_t>(1 + random.below(12));
    if (takes_lambda(options.function) && random.below(3) == 0) options.lambda = 4 * random.uniform();
    Context context;
    context.threads = static_cast<int>(1 + round % 3);
    const auto wanted = oracle::cut(rows, std::string(name_of(options.function)), options.lambda, options.bins);
    const auto check = [&](const std::vector<int64_t>& order, int ranks) {
      ASSERT_EQ(order, wanted) << "round " << round << ": " << name_of(options.function) << ", " << rows.size() << " × " << rows[0].size()
                               << ", " << options.bins << " bins, " << ranks << " ranks";
    };
    if (round % 4 == 3) {
      check(cut_into_bins(features, everyone(features), options, context).order, 1);
    } else if (round % 4 == 2) {
      const int ranks = static_cast<int>(1 + round / 4 % 3);
      run_ranks(ranks, [&](Comm& comm) { check(cut_by_windows(features, options, round, context, &comm), ranks); });
    } else {
      check(cut_by_windows(features, options, round, context, nullptr), 1);
    }
    if (HasFatalFailure()) return;
  }
}

TEST(Fuzz, FactoredGradientsPickWhatOuterProductsPick) {
  for (uint64_t round = 0; round < 60; ++round) {
    Random random(2, "gradients", round);
    const size_t bins = 1 + random.below(5);
    const size_t count = 3 * bins + random.below(80);  // two rows in a bin's pool would tie
    const size_t classes = 1 + random.below(6);
    const size_t width = classes + 1 + random.below(20);
    oracle::Rows rows(count, oracle::Row(width));
    for (auto& row : rows) {
      for (auto& value : row) value = static_cast<float>(random.normal());
    }
    const auto features = features_of(rows);
    CutOptions options;
    options.function = BinFunction::graph_cut_gradient;
    options.classes = static_cast<int32_t>(classes);
    options.bins = static_cast<int32_t>(bins);
    Context context;
    context.threads = static_cast<int>(1 + round % 3);
    ASSERT_EQ(cut_into_bins(features, everyone(features), options, context).order, oracle::cut_gradients(rows, classes, 1, options.bins))
        << "round " << round;
  }
}

}  // namespace
}  // namespace decant
