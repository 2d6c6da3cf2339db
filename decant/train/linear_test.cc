#include "decant/train/linear.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/matrix.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/train/lbfgs.h"

namespace decant::train {
namespace {

/// Rows around a centre for each class; the label of a row is its number modulo the classes.
struct Clouds {
  Clouds(int64_t n, int64_t width, int class_count, double spread) : values(n, width), classes(class_count) {
    Random random(3, "clouds");
    Matrix<double> centres(classes, width);
    for (int64_t i = 0; i < classes * width; ++i) centres.data()[i] = random.normal();
    for (int64_t row = 0; row < n; ++row) {
      labels.push_back(static_cast<int32_t>(row % classes));
      rows.push_back(row);
      for (int64_t c = 0; c < width; ++c)
        values[row][static_cast<size_t>(c)] =
            static_cast<float>(5 + 2 * centres[row % classes][static_cast<size_t>(c)] + spread * random.normal());
    }
    features = Features(std::as_const(values).view(), nullptr);
  }
  Matrix<float> values;
  int classes;
  std::vector<int32_t> labels;
  std::vector<int64_t> rows;
  Features features;
};

class CloudRows final : public Rows, public Targets {
 public:
  explicit CloudRows(const Clouds& clouds) : clouds_(clouds) {}
  int64_t size() const override { return clouds_.features.count(); }
  std::string key(int64_t row) const override { return std::to_string(row); }
  int32_t label(int64_t row) const override { return clouds_.labels[static_cast<size_t>(row)]; }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  const Modality& modality() const override { return modality::vectors; }
  const Targets* targets() const override { return this; }
  const Features* features() const override { return &clouds_.features; }
  int64_t stored_bytes() const override { return 0; }

 private:
  const Clouds& clouds_;
};

TEST(Minimise, FindsTheBottomOfAValley) {
  // Rosenbrock's valley, bottom 0 at (1, 1); and a bowl of 30 directions, the steepest 10⁴ times as
  // steep as the flattest.
  const Minimum valley = minimise(
      [](std::span<const double> x, std::span<double> g) {
        const double a = x[1] - x[0] * x[0];
        g[0] = -400 * x[0] * a - 2 * (1 - x[0]);
        g[1] = 200 * a;
        return 100 * a * a + (1 - x[0]) * (1 - x[0]);
      },
      {-1.2, 1}, 1e-8, 200);
  EXPECT_TRUE(valley.reached);
  EXPECT_NEAR(valley.at[0], 1, 1e-7);
  EXPECT_NEAR(valley.at[1], 1, 1e-7);
  const auto bowl = [](std::span<const double> x, std::span<double> g) {
    double value = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double steepness = std::pow(10.0, -4.0 * static_cast<double>(i) / 29);
      g[i] = steepness * (x[i] - 1);
      value += steepness * (x[i] - 1) * (x[i] - 1) / 2;
    }
    return value;
  };
  const Minimum bottom = minimise(bowl, std::vector<double>(30), 1e-7, 500);
  EXPECT_TRUE(bottom.reached) << bottom.iterations << " " << bottom.slope;
  EXPECT_NEAR(bottom.at[29], 1, 1e-2);
  EXPECT_FALSE(minimise(bowl, std::vector<double>(30), 1e-9, 3).reached);
}

TEST(LogisticLoss, GradientIsTheSlope) {
  const Clouds clouds(37, 5, 3, 3);
  const ColumnScale columns = standardisation(clouds.features, clouds.rows, {});
  const LogisticLoss loss(clouds.features, clouds.rows, clouds.labels, 3, columns, 0.01);
  Random random(1, "at");
  std::vector<double> at(static_cast<size_t>(loss.parameters()));
  for (double& value : at) value = random.normal();
  std::vector<double> gradient(at.size()), unused(at.size());
  loss(at, gradient, {});
  for (size_t i = 0; i < at.size(); ++i) {
    const double h = 1e-5;
    std::vector<double> up(at), down(at);
    up[i] += h;
    down[i] -= h;
    EXPECT_NEAR(gradient[i], (loss(up, unused, {}) - loss(down, unused, {})) / (2 * h), 1e-9) << i;
  }
}

TEST(LogisticLoss, IsTheFormula) {
  const Clouds clouds(7, 2, 3, 1);
  ColumnScale plain{{0, 0}, {1, 1}};
  const LogisticLoss loss(clouds.features, clouds.rows, clouds.labels, 3, plain, 0.5);
  const std::vector<double> w = {0.1, -0.2, 0.3, 0.05, 0.2, -0.1, 1, 2, 3};
  double expected = 0;
  for (int64_t row = 0; row < 7; ++row) {
    double z[3];
    double sum = 0;
    for (size_t c = 0; c < 3; ++c) {
      z[c] = clouds.values[row][0] * w[c] + clouds.values[row][1] * w[3 + c] + w[6 + c];
      sum += std::exp(z[c]);
    }
    expected += std::log(sum) - z[row % 3];
  }
  expected /= 7;
  for (size_t i = 0; i < 6; ++i) expected += 0.5 / 2 * w[i] * w[i];
  std::vector<double> gradient(9);
  EXPECT_NEAR(loss(w, gradient, {}), expected, 1e-12);
}

TEST(Linear, FindsWhatASearchOfThePlaneFinds) {
  // One column, two classes: by symmetry w₁ = −w₀ and b₁ = −b₀, so f has two unknowns, and a grid
  // that closes in finds its bottom.
  const Clouds clouds(30, 1, 2, 3);
  const ColumnScale columns = standardisation(clouds.features, clouds.rows, {});
  const LogisticLoss loss(clouds.features, clouds.rows, clouds.labels, 2, columns, 0.02);
  std::vector<double> unused(4);
  double best_w = 0, best_b = 0;
  for (double radius = 4; radius > 1e-7; radius /= 4) {
    const double w0 = best_w, b0 = best_b;
    double least = std::numeric_limits<double>::infinity();
    for (int i = -8; i <= 8; ++i) {
      for (int j = -8; j <= 8; ++j) {
        const double w = w0 + radius * i / 8, b = b0 + radius * j / 8;
        const double value = loss(std::vector<double>{w, -w, b, -b}, unused, {});
        if (value < least) least = value, best_w = w, best_b = b;
      }
    }
  }
  const Minimum found = minimise([&](auto at, auto gradient) { return loss(at, gradient, {}); }, std::vector<double>(4), 1e-9, 500);
  EXPECT_TRUE(found.reached);
  EXPECT_NEAR(found.at[0], best_w, 1e-6);
  EXPECT_NEAR(found.at[1], -best_w, 1e-6);
  EXPECT_NEAR((found.at[2] - found.at[3]) / 2, best_b, 1e-6);
}

TEST(Standardisation, KnowsConstantColumnsAndRefusesWhatIsNoNumber) {
  Clouds clouds(40, 3, 2, 1);
  for (int64_t row = 0; row < 40; ++row) clouds.values[row][1] = 7.3F;
  const ColumnScale columns = standardisation(clouds.features, clouds.rows, {});
  EXPECT_EQ(columns.scale[1], 0);
  double mean = 0, square = 0;
  for (int64_t row = 0; row < 40; ++row) {
    const double x = (clouds.values[row][0] - columns.mean[0]) * columns.scale[0];
    mean += x / 40;
    square += x * x / 40;
  }
  EXPECT_NEAR(mean, 0, 1e-12);
  EXPECT_NEAR(square, 1, 1e-12);
  clouds.values[17][2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(message_of([&] { standardisation(clouds.features, clouds.rows, {}); }), testing::HasSubstr("row 17, column 2"));
}

TEST(Linear, LearnsCloudsToTheSameBitsOnAnyThreads) {
  const Clouds clouds(3000, 6, 4, 1);
  const CloudRows rows(clouds);
  TrainJob job;
  job.rows = job.test = &rows;
  job.subset = clouds.rows;
  job.classes = 4;
  const TrainResult one = train_linear(job, {}, {.threads = 1});
  const TrainResult four = train_linear(job, {}, {.threads = 4});
  EXPECT_GT(one.value, 0.8);
  EXPECT_EQ(one.value, four.value);
  EXPECT_EQ(one.final_loss, four.final_loss);
  EXPECT_EQ(one.steps, four.steps);
  EXPECT_EQ(one.test_rows, 3000);
  job.options.weight_decay = 1e3;
  EXPECT_GT(train_linear(job, {}, {}).final_loss, one.final_loss) << "the penalty pulls";
}

TEST(Linear, RefusesTestRowsOfAnotherWidth) {
  const Clouds clouds(20, 3, 2, 1);
  const Clouds narrow(20, 2, 2, 1);
  const CloudRows rows(clouds);
  const CloudRows test(narrow);
  TrainJob job;
  job.rows = &rows;
  job.test = &test;
  job.subset = clouds.rows;
  job.classes = 2;
  EXPECT_THAT(message_of([&] { train_linear(job, {}, {}); }), testing::HasSubstr("2 columns"));
}

}  // namespace
}  // namespace decant::train
