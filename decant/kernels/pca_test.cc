#include "decant/kernels/pca.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/kernels/gemm.h"

namespace decant {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;
using testing::FloatNear;

Matrix<float> normal_rows(int64_t n, int64_t d) {
  Matrix<float> rows(n, d);
  for (int64_t i = 0; i < n; ++i) {
    Random random(3, "rows", static_cast<uint64_t>(i));
    for (size_t j = 0; j < static_cast<size_t>(d); ++j) {
      rows[i][j] = static_cast<float>(100 + random.normal() * static_cast<double>(1 + j % 7));
    }
  }
  return rows;
}

double plain_dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t j = 0; j < a.size(); ++j) sum += static_cast<double>(a[j]) * static_cast<double>(b[j]);
  return sum;
}

// Points ±3 along (4, −3)/5 and ±1 along (3, 4)/5 around (10, 20): C has eigenvalues 9/2 and 1/2.
TEST(Pca, FindsTheAxesOfACross) {
  Matrix<float> rows(4, 2);
  const float points[4][2] = {{12.4F, 18.2F}, {7.6F, 21.8F}, {10.6F, 20.8F}, {9.4F, 19.2F}};
  for (int64_t i = 0; i < 4; ++i) std::copy_n(points[i], 2, rows[i].begin());
  const Pca pca = fit_pca(rows.view(), 2, {});
  EXPECT_THAT(pca.mean, ElementsAre(DoubleNear(10, 1e-5), DoubleNear(20, 1e-5)));
  EXPECT_THAT(pca.variances, ElementsAre(DoubleNear(4.5, 1e-5), DoubleNear(0.5, 1e-5)));
  EXPECT_NEAR(pca.total_variance, 5, 1e-5);
  EXPECT_THAT(pca.components[0], ElementsAre(FloatNear(0.8F, 1e-5F), FloatNear(-0.6F, 1e-5F)));
  EXPECT_THAT(pca.components[1], ElementsAre(FloatNear(0.6F, 1e-5F), FloatNear(0.8F, 1e-5F)));
  Matrix<float> out(4, 2);
  project(pca, rows.view(), out.view(), {});
  EXPECT_THAT(out[0], ElementsAre(FloatNear(3, 1e-4F), FloatNear(0, 1e-4F)));
  EXPECT_THAT(out[3], ElementsAre(FloatNear(0, 1e-4F), FloatNear(-1, 1e-4F)));
}

TEST(Pca, ComponentsAreOrthonormalAndProjectionsUncorrelated) {
  const Matrix<float> rows = normal_rows(700, 150);
  const Pca pca = fit_pca(rows.view(), 20, {});
  Matrix<float> out(700, 20);
  project(pca, rows.view(), out.view(), {});
  for (int64_t a = 0; a < 20; ++a) {
    for (int64_t b = 0; b < 20; ++b) {
      EXPECT_NEAR(plain_dot(pca.components[a], pca.components[b]), a == b ? 1 : 0, 1e-5);
      double covariance = 0;
      for (int64_t i = 0; i < 700; ++i) {
        covariance += static_cast<double>(out[i][static_cast<size_t>(a)]) * static_cast<double>(out[i][static_cast<size_t>(b)]) / 700;
      }
      EXPECT_NEAR(covariance, a == b ? pca.variances[static_cast<size_t>(a)] : 0, 1e-3) << a << " " << b;
    }
  }
  EXPECT_TRUE(std::is_sorted(pca.variances.rbegin(), pca.variances.rend()));
}

TEST(Pca, SameBytesForAnyNumberOfThreads) {
  const Matrix<float> rows = normal_rows(5000, 140);
  const auto run = [&](int threads) {
    Context context;
    context.threads = threads;
    const Pca pca = fit_pca(rows.view(), 16, context);
    Matrix<float> out(rows.rows(), 16);
    project(pca, rows.view(), out.view(), context);
    return std::vector<float>(out.data(), out.data() + 5000 * 16);
  };
  EXPECT_EQ(run(1), run(4));
}

TEST(Pca, DirectionsWithoutRowsProjectToZero) {
  const Matrix<float> rows = normal_rows(3, 8);  // span two dimensions around their mean
  const Pca pca = fit_pca(rows.view(), 20, {});
  ASSERT_EQ(pca.components.rows(), 8);
  EXPECT_GT(pca.variances[1], 0.1);
  Matrix<float> out(3, 8);
  project(pca, rows.view(), out.view(), {});
  for (int64_t j = 2; j < 8; ++j) EXPECT_THAT(pca.components[j], Each(0.0F));
  EXPECT_EQ(out[1][5], 0.0F);
}

TEST(Pca, OneRowIsAllMean) {
  const Matrix<float> rows = normal_rows(1, 5);
  const Pca pca = fit_pca(rows.view(), 2, {});
  EXPECT_EQ(pca.total_variance, 0);
  EXPECT_THAT(pca.components[0], Each(0.0F));
}

TEST(Pca, RefusesNotANumber) {
  Matrix<float> rows = normal_rows(10, 3);
  rows[4][1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(fit_pca(rows.view(), 2, {}), BugError);
  EXPECT_THROW(fit_pca(rows.view().slice(0, 0), 2, {}), BugError);
}

TEST(Eigen, SolvesTwoByTwo) {
  Matrix<double> m(2, 2);
  m[0][0] = 2, m[1][0] = 1, m[1][1] = 2, m[0][1] = 77;  // only the lower triangle is read
  const Eigen eigen = symmetric_eigen(m);
  EXPECT_THAT(eigen.values, ElementsAre(DoubleNear(1, 1e-12), DoubleNear(3, 1e-12)));
  EXPECT_NEAR(eigen.vectors[1][0], std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(eigen.vectors[1][1], std::sqrt(0.5), 1e-12);
}

}  // namespace
}  // namespace decant
