// Features without training and without labels: the filters of a one-layer convolutional network,
// learned by k-means on patches. (The essay is in conv_kmeans.cc; measurements of its choices are
// in docs/features.md.)
//
//     A. Coates, A. Ng, H. Lee, "An analysis of single-layer networks in unsupervised feature
//     learning", AISTATS 2011. A. Coates, A. Ng, "Learning feature representations with k-means",
//     Neural Networks: Tricks of the Trade, 2012.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/base/options.h"
#include "decant/data/dataset.h"
#include "decant/features/patches.h"
#include "decant/kernels/pca.h"

namespace decant::features {

struct ConvKMeansOptions {
  // All of these change the result.
  int image_side = 32;    ///< pictures are squeezed into a square of this side; cost grows with its square. patch…256
  int patch = 10;         ///< side of a patch. 2…64
  int stride = 2;         ///< from one patch to the next; 1 costs four times as much and gains about a point
  int centroids = 400;    ///< K, the number of filters; cost grows with K. 1…4096
  int columns = 256;      ///< width of the features; never more than 4 · centroids
  int patches = 100'000;  ///< patches that the filters are learned from, at most 100 of each picture. 1…10⁷
  /// Column j is divided by sqrt(λ_j + floor · mean λ), λ its variance. 0 makes all columns equal;
  /// large keeps their proportions.
  double whitening_floor = 0.3;
  uint64_t seed = 0;

  void declare(OptionTable& table);
};

/// A fitted extractor. A value: copies are independent, const members may be called from many
/// threads.
class ConvKMeans {
 public:
  /// min(options.columns, 4 · options.centroids). Columns beyond the rank of the sampled rows are
  /// exactly 0.
  int64_t columns() const { return pca_.components.rows(); }

  /// One row of `out` (rows.size() × columns()) for each row; those in `bad` (ascending) get zeros.
  /// Pictures are decoded on the worker threads. The same bytes for every thread count, and equal
  /// pictures get equal bytes wherever they stand; on another kind of processor BLAS may differ in
  /// the last digits. Throws what decode() throws.
  void transform(const Rows& rows, std::span<const int64_t> bad, MatrixView<float> out, const Context& context) const;

  /// The whole of it in a file (fitted_file.h). What load() reads gives the same features to the
  /// last bit. Throws IoError; load() InputError for a file that save() did not write.
  static constexpr const char* kFitted = "conv-kmeans 1";
  void save(const std::filesystem::path& path) const;
  static ConvKMeans load(const std::filesystem::path& path);

 private:
  friend ConvKMeans fit_conv_kmeans(const Rows&, std::span<const int64_t>, const ConvKMeansOptions&, const Context&);

  void learn_filters(std::span<const std::vector<uint8_t>> squares, const ConvKMeansOptions& options, const Context& context);
  void learn_columns(std::span<const std::vector<uint8_t>> squares, const ConvKMeansOptions& options, const Context& context);
  struct Scratch;
  /// The 4·K pooled responses of one picture.
  void pool(std::span<const uint8_t> square, Scratch& scratch, std::span<float> out) const;

  PatchGrid grid_;
  Matrix<float> filters_;      // K × patch values: whitening and centroid in one
  std::vector<float> biases_;  // (K,)
  Pca pca_;                    // of the pooled responses; components carry the scale of their column
};

/// Learns filters and columns from at most 10,000 pictures, drawn from `usable_rows` by the seed
/// (decoded here once more). Holds patches · patch² · channels floats and 10,000 · 4 · centroids
/// floats, one after the other (120 MB and 64 MB by default). Ignores labels. RGB when any of them
/// is RGB, else grey. Throws InputError when there are no usable rows or an option is out of range.
ConvKMeans fit_conv_kmeans(const Rows& rows, std::span<const int64_t> usable_rows, const ConvKMeansOptions& options,
                           const Context& context);

}  // namespace decant::features
