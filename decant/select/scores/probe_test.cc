#include "decant/select/scores/probe.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <numeric>
#include <random>

#include "decant/base/test_support.h"

namespace decant {
namespace {

/// Rows around the middle of their class.
struct ProbeSet {
  ProbeSet(int64_t n, int64_t width, int classes, double spread, uint64_t seed) : x(n, width), labels(static_cast<size_t>(n)) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    for (int64_t i = 0; i < n; ++i) {
      labels[static_cast<size_t>(i)] = static_cast<int32_t>(i % classes);
      for (int64_t j = 0; j < width; ++j)
        x[i][static_cast<size_t>(j)] =
            static_cast<float>(normal(random) * spread + (j % classes == i % classes ? 1 : 0) + 0.1 * static_cast<double>(j));
    }
  }
  Features features() const { return {x.view(), nullptr}; }

  Matrix<float> x;
  std::vector<int32_t> labels;
};

/// Solves a · w = b by elimination; a is symmetric and positive.
std::vector<double> solve_normal(std::vector<std::vector<double>> a, std::vector<double> b) {
  const size_t n = b.size();
  for (size_t k = 0; k < n; ++k) {
    for (size_t i = k + 1; i < n; ++i) {
      const double factor = a[i][k] / a[k][k];
      for (size_t j = k; j < n; ++j) a[i][j] -= factor * a[k][j];
      b[i] -= factor * b[k];
    }
  }
  for (size_t k = n; k-- > 0;) {
    for (size_t j = k + 1; j < n; ++j) b[k] -= a[k][j] * b[j];
    b[k] /= a[k][k];
  }
  return b;
}

/// The margin of `out` by a regression on all other rows: columns and a one, the one unpenalised.
double margin_without(const ProbeSet& set, int64_t out, int classes, double total_penalty) {
  const auto d = static_cast<size_t>(set.x.cols());
  const auto column = [&](int64_t i, size_t j) { return j < d ? static_cast<double>(set.x[i][j]) : 1.0; };
  std::vector<double> answer;
  for (int32_t c = 0; c < classes; ++c) {
    std::vector<std::vector<double>> a(d + 1, std::vector<double>(d + 1));
    std::vector<double> b(d + 1);
    for (int64_t i = 0; i < set.x.rows(); ++i) {
      if (i == out) continue;
      for (size_t j = 0; j <= d; ++j) {
        for (size_t k = 0; k <= d; ++k) a[j][k] += column(i, j) * column(i, k);
        b[j] += set.labels[static_cast<size_t>(i)] == c ? column(i, j) : 0;
      }
    }
    for (size_t j = 0; j < d; ++j) a[j][j] += total_penalty;
    const std::vector<double> w = solve_normal(a, b);
    double f = 0;
    for (size_t j = 0; j <= d; ++j) f += w[j] * column(out, j);
    answer.push_back(f);
  }
  const auto own = static_cast<size_t>(set.labels[static_cast<size_t>(out)]);
  double other = -HUGE_VAL;
  for (size_t c = 0; c < answer.size(); ++c) {
    if (c != own) other = std::max(other, answer[c]);
  }
  return answer[own] - other;
}

TEST(Probe, MarginsAreThoseOfRegressionsThatNeverSawTheRow) {
  for (const int classes : {2, 3}) {
    const ProbeSet set(40, 5, classes, 0.8, 3);
    const Probe probe = probe_margins(set.features(), set.labels, {}, {.threads = 2});
    ASSERT_EQ(probe.margins.size(), 40u);
    EXPECT_GT(probe.penalty, 0);
    for (int64_t i = 0; i < 40; ++i)
      EXPECT_NEAR(probe.margins[static_cast<size_t>(i)], margin_without(set, i, classes, 40 * probe.penalty), 2e-5) << i;
    EXPECT_EQ(probe.right, static_cast<double>(std::ranges::count_if(probe.margins, [](double m) { return m > 0; })) / 40);
  }
}

TEST(Probe, LeftOutRowsChangeNothing) {
  ProbeSet set(300, 6, 3, 0.6, 5);
  const Probe whole = probe_margins(set.features(), set.labels, {}, {});
  ProbeSet more(303, 6, 3, 0.6, 5);
  std::ranges::copy(set.labels, more.labels.begin());
  for (const int64_t row : {300, 301, 302}) more.labels[static_cast<size_t>(row)] = -1;
  for (float& v : more.x[301]) v = NAN;
  const std::vector<int64_t> out = {300, 301, 302};
  const Probe fewer = probe_margins(more.features(), more.labels, out, {});
  for (size_t i = 0; i < 300; ++i) ASSERT_EQ(fewer.margins[i], whole.margins[i]);
  for (size_t i = 300; i < 303; ++i) EXPECT_TRUE(std::isnan(fewer.margins[i]));
}

TEST(Probe, ThreadsChangeNoByte) {
  const ProbeSet set(3000, 33, 4, 1.5, 9);
  const Probe one = probe_margins(set.features(), set.labels, {}, {.threads = 1});
  const Probe three = probe_margins(set.features(), set.labels, {}, {.threads = 3});
  EXPECT_EQ(one.margins, three.margins);
  EXPECT_EQ(one.penalty, three.penalty);
}

TEST(Probe, WrongLabelsHaveTheSmallestMargins) {
  ProbeSet set(1000, 10, 5, 0.4, 11);
  for (size_t i = 0; i < 1000; i += 9) set.labels[i] = (set.labels[i] + 1) % 5;
  const Probe probe = probe_margins(set.features(), set.labels, {}, {});
  std::vector<size_t> order(1000);
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, {}, [&](size_t i) { return probe.margins[i]; });
  const auto wrong = std::count_if(order.begin(), order.begin() + 112, [](size_t i) { return i % 9 == 0; });
  EXPECT_GT(wrong, 100) << "of 112";
}

TEST(Probe, MoreColumnsThanRowsAndConstantOnesAreNoTrouble) {
  ProbeSet set(30, 64, 2, 1, 13);
  for (int64_t i = 0; i < 30; ++i) set.x[i][7] = 4;
  const Probe probe = probe_margins(set.features(), set.labels, {}, {});
  EXPECT_TRUE(std::ranges::all_of(probe.margins, [](double m) { return std::isfinite(m); }));
  EXPECT_GT(probe.right, 0.5);
  Matrix<float> same(10, 3);
  const Probe nothing = probe_margins({same.view(), nullptr}, std::vector<int32_t>{0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, {}, {});
  EXPECT_TRUE(std::ranges::all_of(nothing.margins, [](double m) { return std::isfinite(m) && m < 0; }))
      << "without the row its own class is the rarer one";
}

TEST(Probe, ClassesMayHaveAnyNumbers) {
  const ProbeSet set(300, 8, 3, 1.5, 4);
  std::vector<int32_t> far = set.labels;
  for (int32_t& label : far) label = label * 8'000'000 + 7;  // a place for each up to the largest would be gigabytes
  EXPECT_EQ(probe_margins(set.features(), far, {}, {}).margins, probe_margins(set.features(), set.labels, {}, {}).margins);
}

TEST(Probe, OneClassAndTooManyColumnsAreRefused) {
  const ProbeSet set(20, 3, 2, 1, 1);
  const std::vector<int32_t> one(20, 4);
  expect_says(message_of([&] { probe_margins(set.features(), one, {}, {}); }), {"labels of at least two classes", "--method random"});
  const Matrix<float> wide(4, kProbeWidth + 1);
  expect_says(message_of([&] {
                probe_margins({wide.view(), nullptr}, std::vector<int32_t>{0, 1, 0, 1}, {}, {});
              }),
              {"8193 columns", "principal components"});
}

}  // namespace
}  // namespace decant
