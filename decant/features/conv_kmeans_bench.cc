// What the features are worth and what they cost:
//     features_bench FOLDER [rows=50000] [centroids=400] [stride=2] [patch=10] [side=32]
//     [columns=256] [floor=0.3] [threads=0]
// fits on the first `rows` training pictures, extracts them and the test pictures, and reports
//   ridge   accuracy on the test pictures of a linear classifier (ridge regression to the class
//           indicators, λ = n/1000 on unit columns): what the features know
//   knn     accuracy of the ten nearest training rows by cosine, on every fifth test picture: what
//           their geometry knows, which is what a selection sees
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fmt/core.h>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/features/conv_kmeans.h"
#include "decant/features/spherical_kmeans.h"
#include "decant/formats/cifar/cifar.h"
#include "decant/kernels/gemm.h"
#include "decant/kernels/pca.h"

namespace decant::features {
namespace {

constexpr int64_t kNeighbours = 10;
constexpr int64_t kEvery = 5;

struct Labelled {
  Matrix<float> features;
  std::vector<int32_t> labels;
  int64_t count() const { return features.rows(); }
};

class Clock {
 public:
  double wall() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  double cpu() const { return static_cast<double>(std::clock() - cpu_) / CLOCKS_PER_SEC; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::clock_t cpu_ = std::clock();
};

/// The first rows of a split.
class FirstRows : public Rows, public Pictures, public Targets {
 public:
  FirstRows(const Rows& rows, int64_t count) : rows_(rows), count_(std::min(count, rows.size())) {}
  int64_t size() const override { return count_; }
  std::string key(int64_t row) const override { return rows_.key(row); }
  int32_t label(int64_t row) const override { return rows_.label(row); }
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override { return rows_.bytes(row, scratch); }
  void decode(int64_t row, Image& image) const override { rows_.pictures()->decode(row, image); }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }
  std::optional<ImageSize> fixed_size() const override { return rows_.pictures()->fixed_size(); }
  int64_t stored_bytes() const override { return rows_.stored_bytes(); }

 private:
  const Rows& rows_;
  int64_t count_;
};

/// Columns to mean 0 and deviation 1, by the training rows.
void standardise(Matrix<float>& train, Matrix<float>& test) {
  for (size_t j = 0; j < static_cast<size_t>(train.cols()); ++j) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < train.rows(); ++i) {
      const auto v = static_cast<double>(train[i][j]);
      sum += v;
      squares += v * v;
    }
    const auto n = static_cast<double>(train.rows());
    const double deviation = std::sqrt(std::max(0.0, squares / n - sum / n * (sum / n)));
    const auto apply = [&](Matrix<float>& m) {
      for (int64_t i = 0; i < m.rows(); ++i) {
        m[i][j] = deviation > 0 ? static_cast<float>((static_cast<double>(m[i][j]) - sum / n) / deviation) : 0.0F;
      }
    };
    apply(train);
    apply(test);
  }
}

/// Percent right. Rows of `scores`: one per picture.
double accuracy(MatrixView<const float> scores, std::span<const int32_t> labels) {
  int64_t right = 0;
  for (int64_t i = 0; i < scores.rows; ++i) {
    const auto row = scores[i];
    right += std::max_element(row.begin(), row.end()) - row.begin() == labels[static_cast<size_t>(i)] ? 1 : 0;
  }
  return 100 * static_cast<double>(right) / static_cast<double>(scores.rows);
}

double ridge(Labelled train, Labelled test, int64_t classes) {
  standardise(train.features, test.features);
  const int64_t n = train.count(), d = train.features.cols();
  Matrix<double> gram(d, d), targets(d, classes);
  constexpr int64_t kPanel = 1000;
  for (int64_t begin = 0; begin < n; begin += kPanel) {
    const int64_t count = std::min(kPanel, n - begin);
    Matrix<double> x(count, d), y(count, classes);
    for (int64_t i = 0; i < count; ++i) {
      std::ranges::copy(train.features[begin + i], x[i].begin());
      std::ranges::fill(y[i], -1.0 / static_cast<double>(classes));
      y[i][static_cast<size_t>(train.labels[static_cast<size_t>(begin + i)])] += 1;
    }
    add_transposed_product(x.view(), x.view(), gram.view());
    add_transposed_product(x.view(), y.view(), targets.view());
  }
  // (G + λ)⁻¹ T = Σ_j v_j (v_jᵀ T) / (g_j + λ)
  const Eigen eigen = symmetric_eigen(gram);
  Matrix<float> weights(classes, d);
  for (int64_t j = 0; j < d; ++j) {
    for (int64_t c = 0; c < classes; ++c) {
      double product = 0;
      for (int64_t i = 0; i < d; ++i) product += eigen.vectors[j][static_cast<size_t>(i)] * targets[i][static_cast<size_t>(c)];
      product /= eigen.values[static_cast<size_t>(j)] + 1e-3 * static_cast<double>(n);
      for (size_t i = 0; i < static_cast<size_t>(d); ++i) weights[c][i] += static_cast<float>(product * eigen.vectors[j][i]);
    }
  }
  Matrix<float> scores(test.count(), classes);
  multiply_transposed(test.features.view(), weights.view(), scores.view());
  return accuracy(scores.view(), test.labels);
}

double nearest_neighbours(Labelled train, Labelled test, int64_t classes, const Context& context) {
  for (int64_t i = 0; i < train.count(); ++i) to_unit(train.features[i]);
  for (int64_t i = 0; i < test.count(); ++i) to_unit(test.features[i]);
  const int64_t asked = test.count() / kEvery;
  Matrix<float> votes(asked, classes);
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < asked; ++i) labels.push_back(test.labels[static_cast<size_t>(i * kEvery)]);
  parallel_for(context, asked, 32, [&](int64_t begin, int64_t end) {
    const int64_t d = train.features.cols();
    Matrix<float> cosines(end - begin, train.count());
    multiply_transposed({test.features.data() + begin * kEvery * d, end - begin, d, kEvery * d}, train.features.view(), cosines.view());
    std::vector<int64_t> order(static_cast<size_t>(train.count()));
    for (int64_t i = begin; i < end; ++i) {
      const auto row = cosines[i - begin];
      std::iota(order.begin(), order.end(), int64_t{0});
      const auto nearer = [&](int64_t a, int64_t b) { return row[static_cast<size_t>(a)] > row[static_cast<size_t>(b)]; };
      std::partial_sort(order.begin(), order.begin() + kNeighbours, order.end(), nearer);
      for (size_t k = 0; k < kNeighbours; ++k) {
        votes[i][static_cast<size_t>(train.labels[static_cast<size_t>(order[k])])] += 1;
      }
    }
  });
  return accuracy(votes.view(), labels);
}

int run(const std::string& folder, std::map<std::string, double> arguments) {
  const auto take = [&](const char* name, double otherwise) {
    const auto node = arguments.extract(name);
    return node.empty() ? otherwise : node.mapped();
  };
  const auto take_int = [&](const char* name, int otherwise) { return static_cast<int>(take(name, otherwise)); };
  ConvKMeansOptions options;
  options.centroids = take_int("centroids", options.centroids);
  options.stride = take_int("stride", options.stride);
  options.patch = take_int("patch", options.patch);
  options.image_side = take_int("side", options.image_side);
  options.columns = take_int("columns", options.columns);
  options.whitening_floor = take("floor", options.whitening_floor);
  Context context;
  context.threads = take_int("threads", 0);
  const int64_t count = take_int("rows", 50'000);
  if (!arguments.empty()) throw UsageError("unknown argument " + arguments.begin()->first);

  const Dataset dataset = open_cifar(folder);
  const FirstRows rows(dataset.train(), count);
  const Rows& test_rows = *dataset.held_out();
  std::vector<int64_t> usable(static_cast<size_t>(rows.size()));
  std::iota(usable.begin(), usable.end(), int64_t{0});

  const Clock clock;
  const ConvKMeans extractor = fit_conv_kmeans(rows, usable, options, context);
  const double fit_wall = clock.wall(), fit_cpu = clock.cpu();
  Labelled train{{rows.size(), extractor.columns()}, labels_of(rows)};
  extractor.transform(rows, {}, train.features.view(), context);
  const double wall = clock.wall(), cpu = clock.cpu();
  Labelled test{{test_rows.size(), extractor.columns()}, labels_of(test_rows)};
  extractor.transform(test_rows, {}, test.features.view(), context);

  const int64_t classes = class_count(dataset);
  fmt::print(
      "rows={} side={} patch={} stride={} centroids={} columns={} floor={}: ridge {:.2f} % knn {:.2f} %, fit {:.1f} s ({:.1f} CPU-s), "
      "features {:.1f} s ({:.1f} CPU-s)\n",
      rows.size(), options.image_side, options.patch, options.stride, options.centroids, extractor.columns(), options.whitening_floor,
      ridge(train, test, classes), nearest_neighbours(train, test, classes, context), fit_wall, fit_cpu, wall - fit_wall, cpu - fit_cpu);
  return 0;
}

}  // namespace
}  // namespace decant::features

int main(int count, char** values) {
  try {
    if (count < 2) throw decant::UsageError("features_bench FOLDER [name=number …]");
    std::map<std::string, double> arguments;
    for (int i = 2; i < count; ++i) {
      const std::string argument = values[i];
      const auto split = argument.find('=');
      if (split == std::string::npos) throw decant::UsageError("expected name=number: " + argument);
      arguments[argument.substr(0, split)] = std::atof(argument.c_str() + split + 1);
    }
    return decant::features::run(values[1], arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
