// How pictures become 256 numbers without a trained network.
//
// Look at a picture through a 10 × 10 window. Take out the window's brightness and contrast, then
// the correlation that neighbouring pixels always have (whitening): what is left is structure,
// edges and colour contrasts. k-means on a hundred thousand such windows finds K typical
// structures. Slide the window over the picture, ask at every place how much each structure is
// there, and average the answers over the four quarters: 4·K numbers that a linear classifier reads
// about as well as it reads a small trained network.
//
// Choices, each measured in docs/features.md:
//
//   * The paper's "triangle" response is f_k = max(0, μ(z) − ‖z − c_k‖), μ(z) the mean of the K
//     distances. With unit centroids ‖z − c‖ = sqrt(‖z‖² + 1 − 2⟨z, c⟩) ≈ ‖z‖ − ⟨z, c⟩/‖z‖: to
//     first order, and up to the window's own scale, the response is max(0, ⟨z, c_k − c̄⟩), c̄ the
//     mean centroid. That is a convolution and a rectifier. Whitening z = W(x − m) is linear, too,
//     so all of it is one matrix product with filters F = (C − c̄)·W and biases −F·m; no distances,
//     no square roots, half the time.
//   * Averages of rectified responses are skewed: a few textured pictures rule. Their square root
//     (as in the Hellinger kernel) evens that out before anything linear is done to them.
//   * PCA keeps 256 directions. Its first ones carry most of the variance and say little (how busy
//     the picture is), and a cosine between raw projections is a statement about them alone.
//     Dividing each column by its standard deviation gives every direction a voice, and nearest
//     neighbours agree with the labels far more often. The last columns, though, are partly noise
//     of the sample; a floor under the variance keeps them quieter. A linear probe notices none of
//     this: the span is the same.
#include "decant/features/conv_kmeans.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/features/fitted_file.h"
#include "decant/features/spherical_kmeans.h"
#include "decant/kernels/gemm.h"

namespace decant::features {

void ConvKMeansOptions::declare(OptionTable& table) {
  table.add("image-side", image_side, "PIXELS", "side of the squares that pictures are squeezed into");
  table.add("patch", patch, "PIXELS", "side of a patch");
  table.add("stride", stride, "PIXELS", "from one patch to the next");
  table.add("centroids", centroids, "K", "number of filters");
  table.add("columns", columns, "N", "width of the features");
  table.add("patches", patches, "N", "patches that filters are learned from");
  table.add("whitening-floor", whitening_floor, "F", "0 makes all columns equal, large keeps their proportions");
  table.add("seed", seed, "N", "draws patches and pictures");
}
namespace {

constexpr int64_t kSampledPictures = 10'000;
constexpr int kIterations = 10;
constexpr double kPatchFloor = 0.1;      // ε of the paper: λ + ε, so that directions that are mostly noise stay small
constexpr double kKeptVariance = 0.999;  // the patch directions beyond it are noise
constexpr int64_t kChunk = 32;           // pictures per task

using Squares = std::vector<std::vector<uint8_t>>;

void check_range(const char* option, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return;
  throw InputError({"conv-kmeans", option, fmt::format("is {}", value), fmt::format("Give a number from {} to {}", low, high)});
}

void check_options(const ConvKMeansOptions& o) {
  check_range("patch", o.patch, 2, 64);
  check_range("image_side", o.image_side, o.patch, 256);
  check_range("stride", o.stride, 1, o.image_side);
  check_range("centroids", o.centroids, 1, 4096);
  check_range("columns", o.columns, 1, 4 * 4096);
  check_range("patches", o.patches, 1, 10'000'000);
  if (!(o.whitening_floor >= 0 && o.whitening_floor <= 1e6)) {
    throw InputError({"conv-kmeans", "whitening_floor", fmt::format("is {}", o.whitening_floor), "Give a number from 0 to 1e6"});
  }
}

/// At most kSampledPictures of the usable rows, ascending (files are read in order).
std::vector<int64_t> sample(std::span<const int64_t> usable, uint64_t seed) {
  std::vector<int64_t> rows(usable.begin(), usable.end());
  Random(seed, "conv_kmeans.pictures").shuffle(std::span(rows));
  rows.resize(std::min(rows.size(), static_cast<size_t>(kSampledPictures)));
  std::ranges::sort(rows);
  return rows;
}

bool any_colour(const Rows& rows, std::span<const int64_t> sampled, const Context& context) {
  if (const auto size = rows.pictures()->fixed_size()) return size->channels == 3;
  std::atomic<bool> colour = false;
  parallel_for(context, static_cast<int64_t>(sampled.size()), kChunk, [&](int64_t begin, int64_t end) {
    Image image;
    for (int64_t i = begin; i < end && !colour; ++i) {
      rows.pictures()->decode(sampled[static_cast<size_t>(i)], image);
      if (image.size.channels == 3) colour = true;
    }
  });
  return colour;
}

Squares read_squares(const Rows& rows, std::span<const int64_t> sampled, const PatchGrid& grid, const Context& context) {
  Stage stage(context, "sample pictures", static_cast<int64_t>(sampled.size()), "images");
  Squares squares(sampled.size());
  parallel_for(context, static_cast<int64_t>(sampled.size()), kChunk, [&](int64_t begin, int64_t end) {
    Image image;
    for (int64_t i = begin; i < end; ++i) {
      rows.pictures()->decode(sampled[static_cast<size_t>(i)], image);
      to_square(image.view(), grid, squares[static_cast<size_t>(i)]);
    }
    stage.advance(end - begin);
  });
  return squares;
}

/// Patch i comes from picture i mod n, at a random place. Neighbouring patches of a picture are
/// nearly the same, so few pictures are not worth many patches.
int64_t patches_for(size_t pictures, const ConvKMeansOptions& options) {
  constexpr size_t kPerPicture = 100;
  return std::min<int64_t>(options.patches, static_cast<int64_t>(kPerPicture * pictures));
}

Matrix<float> sample_patches(std::span<const std::vector<uint8_t>> squares, const PatchGrid& grid, int64_t count, uint64_t seed,
                             const Context& context) {
  Matrix<float> patches(count, grid.values());
  parallel_for(context, count, 1024, [&](int64_t begin, int64_t end) {
    const auto places = static_cast<uint64_t>(grid.grid());
    for (int64_t i = begin; i < end; ++i) {
      Random random(seed, "conv_kmeans.patches", static_cast<uint64_t>(i));
      const int y = static_cast<int>(random.below(places));
      const int x = static_cast<int>(random.below(places));
      const auto& square = squares[static_cast<size_t>(i) % squares.size()];
      normalised_patches(square, grid, {y, y + 1, x, x + 1}, patches.view().slice(i, i + 1));
    }
  });
  return patches;
}

/// Scales the components so that project() whitens: row j by 1 / sqrt(λ_j + floor), zero rows
/// excepted.
void scale_components(Pca& pca, double floor) {
  for (int64_t j = 0; j < pca.components.rows(); ++j) {
    const double variance = pca.variances[static_cast<size_t>(j)];
    if (variance <= 0) continue;
    const auto scale = static_cast<float>(1 / std::sqrt(variance + floor));
    for (float& v : pca.components[j]) v *= scale;
  }
}

int64_t leading_components(const Pca& pca, double kept) {
  double sum = 0;
  size_t count = 0;
  while (count < pca.variances.size() && sum < kept * pca.total_variance) sum += pca.variances[count++];
  return std::max<int64_t>(1, static_cast<int64_t>(count));
}

void subtract_mean_row(Matrix<float>& m) {
  std::vector<double> mean(static_cast<size_t>(m.cols()));
  for (int64_t i = 0; i < m.rows(); ++i) {
    for (size_t j = 0; j < mean.size(); ++j) mean[j] += static_cast<double>(m[i][j]) / static_cast<double>(m.rows());
  }
  for (int64_t i = 0; i < m.rows(); ++i) {
    for (size_t j = 0; j < mean.size(); ++j) m[i][j] -= static_cast<float>(mean[j]);
  }
}

/// The four quarters of the grid; an odd row or column goes to the later half. A grid of one patch
/// has three empty quarters.
std::array<PatchRange, 4> quarters(int grid) {
  const int half = grid / 2;
  return {{{0, half, 0, half}, {0, half, half, grid}, {half, grid, 0, half}, {half, grid, half, grid}}};
}

}  // namespace

void ConvKMeans::learn_filters(std::span<const std::vector<uint8_t>> squares, const ConvKMeansOptions& options, const Context& context) {
  Stage stage(context, "learn filters", 0, "");
  const Matrix<float> patches = sample_patches(squares, grid_, patches_for(squares.size(), options), options.seed, context);
  Pca whitening = fit_pca(patches.view(), grid_.values(), context);
  scale_components(whitening, kPatchFloor);
  const MatrixView<const float> w = whitening.components.view().slice(0, leading_components(whitening, kKeptVariance));
  whitening.components = [&] {
    Matrix<float> leading(w.rows, w.cols);
    std::copy_n(w.data, w.rows * w.cols, leading.data());
    return leading;
  }();

  Matrix<float> z(patches.rows(), whitening.components.rows());
  project(whitening, patches.view(), z.view(), context);
  for (int64_t i = 0; i < z.rows(); ++i) to_unit(z[i]);
  stage.advance(0);
  Matrix<float> centroids = spherical_kmeans(z.view(), options.centroids, kIterations, options.seed, context);
  subtract_mean_row(centroids);

  filters_ = Matrix<float>(centroids.rows(), grid_.values());
  multiply(centroids.view(), whitening.components.view(), filters_.view());
  biases_.assign(static_cast<size_t>(filters_.rows()), 0);
  for (int64_t k = 0; k < filters_.rows(); ++k) {
    double sum = 0;
    for (size_t j = 0; j < whitening.mean.size(); ++j) sum += static_cast<double>(filters_[k][j]) * whitening.mean[j];
    biases_[static_cast<size_t>(k)] = static_cast<float>(-sum);
  }
}

/// Room for the largest quarter: a quarter of the grid at a time stays in the cache.
struct ConvKMeans::Scratch {
  explicit Scratch(const ConvKMeans& owner)
      : patches(quarters(owner.grid_.grid())[3].count(), owner.grid_.values()), responses(patches.rows(), owner.filters_.rows()) {}
  Matrix<float> patches;
  Matrix<float> responses;
};

void ConvKMeans::pool(std::span<const uint8_t> square, Scratch& scratch, std::span<float> out) const {
  const auto k = filters_.rows();
  int quarter = 0;
  for (const PatchRange& range : quarters(grid_.grid())) {
    const auto sum = out.subspan(static_cast<size_t>(quarter++ * k), static_cast<size_t>(k));
    std::ranges::fill(sum, 0.0F);
    if (range.count() == 0) continue;
    const auto patches = scratch.patches.view().slice(0, range.count());
    const auto responses = scratch.responses.view().slice(0, range.count());
    normalised_patches(square, grid_, range, patches);
    multiply_transposed(patches, filters_.view(), responses);
    for (int64_t i = 0; i < range.count(); ++i) {
      const float* r = responses[i].data();
      for (size_t j = 0; j < sum.size(); ++j) sum[j] += std::max(0.0F, r[j] + biases_[j]);
    }
    const auto scale = 1 / static_cast<float>(range.count());
    for (float& v : sum) v = std::sqrt(v * scale);
  }
}

void ConvKMeans::learn_columns(std::span<const std::vector<uint8_t>> squares, const ConvKMeansOptions& options, const Context& context) {
  const auto n = static_cast<int64_t>(squares.size());
  Stage stage(context, "learn columns", n, "images");
  Matrix<float> pooled(n, 4 * filters_.rows());
  parallel_for(context, n, kChunk, [&](int64_t begin, int64_t end) {
    Scratch scratch(*this);
    for (int64_t i = begin; i < end; ++i) pool(squares[static_cast<size_t>(i)], scratch, pooled[i]);
    stage.advance(end - begin);
  });
  pca_ = fit_pca(pooled.view(), options.columns, context);
  const double mean = std::accumulate(pca_.variances.begin(), pca_.variances.end(), 0.0) / static_cast<double>(columns());
  scale_components(pca_, options.whitening_floor * mean);
}

void ConvKMeans::transform(const Rows& rows, std::span<const int64_t> bad, MatrixView<float> out, const Context& context) const {
  DECANT_CHECK(out.rows, ==, rows.size());
  DECANT_CHECK(out.cols, ==, columns());
  Stage stage(context, "features", rows.size(), "images");
  parallel_for(context, rows.size(), kChunk, [&](int64_t begin, int64_t end) {
    // A row at a time: BLAS sums the rows of a product in other orders, by where they stand in it,
    // and a row is to have the same bytes among whatever others.
    Matrix<float> pooled(1, 4 * filters_.rows());
    Scratch scratch(*this);
    Image image;
    std::vector<uint8_t> square;
    const auto is_bad = [&](int64_t row) { return std::ranges::binary_search(bad, row); };
    for (int64_t i = begin; i < end; ++i) {
      if (is_bad(i)) {
        std::ranges::fill(out[i], 0.0F);
        continue;
      }
      rows.pictures()->decode(i, image);
      to_square(image.view(), grid_, square);
      pool(square, scratch, pooled[0]);
      project(pca_, pooled.view(), out.slice(i, i + 1), context);
    }
    stage.advance(end - begin);
  });
}

void ConvKMeans::save(const std::filesystem::path& path) const {
  FittedFileWriter(kFitted)
      .setting("image-side", grid_.side)
      .setting("patch", grid_.patch)
      .setting("stride", grid_.stride)
      .setting("channels", grid_.channels)
      .add("filters", filters_.view())
      .add("biases", biases_)
      .add("mean", pca_.mean)
      .add("components", pca_.components.view())
      .write(path);
}

ConvKMeans ConvKMeans::load(const std::filesystem::path& path) {
  const FittedFile file(path, kFitted);
  ConvKMeans result;
  PatchGrid& grid = result.grid_;
  grid.patch = static_cast<int>(file.setting("patch", 2, 64));
  grid.side = static_cast<int>(file.setting("image-side", grid.patch, 256));
  grid.stride = static_cast<int>(file.setting("stride", 1, grid.side));
  grid.channels = static_cast<int>(file.setting("channels", 1, 3));
  if (grid.channels == 2) file.refuse("channels", "is 2, and pictures have 1 or 3");
  const std::vector<int64_t> filters = file.shape("filters");
  const std::vector<int64_t> components = file.shape("components");
  if (filters.empty() || filters[0] < 1 || filters[0] > 4096) file.refuse("filters", "are none, or more than 4,096");
  if (components.empty() || components[0] < 1 || components[0] > 4 * filters[0]) file.refuse("components", "do not fit the filters");
  result.filters_ = file.matrix("filters", filters[0], grid.values());
  result.biases_ = file.floats("biases", filters[0]);
  result.pca_.mean = file.doubles("mean", 4 * filters[0]);
  result.pca_.components = file.matrix("components", components[0], 4 * filters[0]);
  return result;
}

ConvKMeans fit_conv_kmeans(const Rows& rows, std::span<const int64_t> usable_rows, const ConvKMeansOptions& options,
                           const Context& context) {
  check_options(options);
  if (usable_rows.empty())
    throw InputError({"conv-kmeans", "", "there is no readable picture to learn filters from", "Check the data set"});
  const auto sampled = sample(usable_rows, options.seed);
  ConvKMeans result;
  result.grid_ = {options.image_side, options.patch, options.stride, any_colour(rows, sampled, context) ? 3 : 1};
  const Squares squares = read_squares(rows, sampled, result.grid_, context);
  result.learn_filters(squares, options, context);
  result.learn_columns(squares, options, context);
  return result;
}

}  // namespace decant::features
