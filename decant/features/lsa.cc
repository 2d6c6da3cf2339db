#include "decant/features/lsa.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/features/fitted_file.h"
#include "decant/kernels/gemm.h"
#include "decant/kernels/pca.h"

namespace decant::features {
namespace {

constexpr int64_t kFurtherDirections = 16;
constexpr int64_t kSparseChunk = 512;      // rows of a product
constexpr int64_t kGramChunk = 4096;       // rows of a sum of squares: part of its definition
constexpr int64_t kTransformChunk = 1024;  // texts
constexpr double kRankFloor = 1e-11;       // of the largest eigenvalue: below is noise

/// to = aᵀ·dense of one sparse row a.
void combine(std::span<const uint32_t> columns, std::span<const float> values, MatrixView<const float> dense, std::span<float> to) {
  std::ranges::fill(to, 0.0F);
  for (size_t i = 0; i < columns.size(); ++i) {
    const float value = values[i];
    const float* const from = dense[columns[i]].data();
    for (size_t j = 0; j < to.size(); ++j) to[j] += value * from[j];
  }
}

/// out = sparse · dense, each row by one thread.
void multiply_sparse(const text::SparseMatrix& sparse, MatrixView<const float> dense, MatrixView<float> out, const Context& context) {
  parallel_for(context, sparse.rows(), kSparseChunk, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) combine(sparse.columns_of(row), sparse.values_of(row), dense, out[row]);
  });
}

/// dense = dense · by, in place, block by block.
void turn(Matrix<float>& dense, MatrixView<const float> by, const Context& context) {
  Matrix<float> turned(dense.rows(), by.cols);
  parallel_for(context, dense.rows(), kGramChunk, [&](int64_t begin, int64_t end) {
    multiply(std::as_const(dense).view().slice(begin, end), by, turned.view().slice(begin, end));
  });
  dense = std::move(turned);
}

/// denseᵀ · dense in float64: chunks side by side, added in their order.
Matrix<double> gram(MatrixView<const float> dense, const Context& context) {
  const auto chunks = static_cast<size_t>((dense.rows + kGramChunk - 1) / kGramChunk);
  std::vector<Matrix<double>> sums(chunks);
  parallel_for(context, dense.rows, kGramChunk, [&](int64_t begin, int64_t end) {
    Matrix<double> block(end - begin, dense.cols);
    for (int64_t row = begin; row < end; ++row) std::ranges::copy(dense[row], block[row - begin].begin());
    Matrix<double>& sum = sums[static_cast<size_t>(begin / kGramChunk)];
    sum = Matrix<double>(dense.cols, dense.cols);
    add_transposed_product(std::as_const(block).view(), std::as_const(block).view(), sum.view());
  });
  Matrix<double> all(dense.cols, dense.cols);
  for (Matrix<double>& sum : sums) {
    for (int64_t i = 0; i < dense.cols * dense.cols; ++i) all.data()[i] += sum.data()[i];
    sum = {};
  }
  return all;
}

/// Eigenvectors of a Gram matrix as columns, the largest first: `count` of them, each times
/// scale(eigenvalue).
template <class Scale>
Matrix<float> directions(const Eigen& eigen, int64_t count, Scale scale) {
  const int64_t all = std::ssize(eigen.values);
  Matrix<float> out(all, count);
  for (int64_t j = 0; j < count; ++j) {
    const int64_t from = all - 1 - j;
    const double by = scale(eigen.values[static_cast<size_t>(from)]);
    for (int64_t i = 0; i < all; ++i) out[i][static_cast<size_t>(j)] = static_cast<float>(by * eigen.vectors[from][static_cast<size_t>(i)]);
  }
  return out;
}

/// Makes the columns orthonormal; those that the others span become 0.
void orthonormalise(Matrix<float>& dense, const Context& context) {
  const Eigen eigen = symmetric_eigen(gram(std::as_const(dense).view(), context));
  const double floor = kRankFloor * eigen.values.back();
  const auto scale = [&](double value) { return value > floor ? 1 / std::sqrt(value) : 0.0; };
  const Matrix<float> by = directions(eigen, dense.cols(), scale);
  turn(dense, by.view(), context);
}

Matrix<float> random_start(int64_t rows, int64_t cols, uint64_t seed, const Context& context) {
  Matrix<float> start(rows, cols);
  parallel_for(context, rows, kSparseChunk, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      Random random(seed, "lsa start", static_cast<uint64_t>(row));
      for (float& value : start[row]) value = static_cast<float>(random.normal());
    }
  });
  return start;
}

/// Each column's component of largest magnitude, the first of several, becomes positive.
void fix_signs(Matrix<float>& vectors) {
  std::vector<float> largest(static_cast<size_t>(vectors.cols()), 0);
  for (int64_t row = 0; row < vectors.rows(); ++row) {
    for (size_t j = 0; j < largest.size(); ++j) {
      if (std::abs(vectors[row][j]) > std::abs(largest[j])) largest[j] = vectors[row][j];
    }
  }
  for (int64_t row = 0; row < vectors.rows(); ++row) {
    for (size_t j = 0; j < largest.size(); ++j) vectors[row][j] = largest[j] < 0 ? -vectors[row][j] : vectors[row][j];
  }
}

void scale_to_length_one(std::span<float> row) {
  double squares = 0;
  for (const float value : row) squares += double{value} * value;
  if (squares <= 0) return;
  const double scale = 1 / std::sqrt(squares);
  for (float& value : row) value = static_cast<float>(value * scale);
}

/// At most `most` of the rows, ascending, drawn by the seed.
std::vector<int64_t> drawn_rows(std::span<const int64_t> rows, int64_t most, uint64_t seed) {
  std::vector<int64_t> drawn(rows.begin(), rows.end());
  if (std::ssize(drawn) <= most) return drawn;
  Random random(seed, "lsa sample");
  for (int64_t i = 0; i < most; ++i)
    std::swap(drawn[static_cast<size_t>(i)], drawn[static_cast<size_t>(i) + random.below(drawn.size() - static_cast<size_t>(i))]);
  drawn.resize(static_cast<size_t>(most));
  std::ranges::sort(drawn);
  return drawn;
}

void require_range(const char* name, int value, int least, int most) {
  if (value < least || value > most)
    throw InputError({"", "", fmt::format("{} is {}, and must lie between {} and {}", name, value, least, most), "Choose another"});
}

}  // namespace

RightVectors largest_singular(const text::SparseMatrix& matrix, int64_t wanted, int64_t further, int passes, uint64_t seed,
                              const Context& context) {
  RightVectors found{std::vector<double>(static_cast<size_t>(wanted)), Matrix<float>(matrix.columns, wanted)};
  const int64_t tried = std::min({wanted + further, matrix.columns, matrix.rows()});
  if (tried == 0) return found;
  const text::SparseMatrix across = text::transposed(matrix);
  Matrix<float> basis = random_start(matrix.columns, tried, seed, context);
  Matrix<float> image(matrix.rows(), tried);
  orthonormalise(basis, context);
  Stage stage(context, "latent semantic analysis", passes, "passes");
  for (int pass = 0; pass < passes; ++pass) {
    multiply_sparse(matrix, std::as_const(basis).view(), image.view(), context);
    multiply_sparse(across, std::as_const(image).view(), basis.view(), context);
    orthonormalise(basis, context);
    stage.advance();
  }
  multiply_sparse(matrix, std::as_const(basis).view(), image.view(), context);
  const Eigen eigen = symmetric_eigen(gram(std::as_const(image).view(), context));
  const double floor = kRankFloor * eigen.values.back();
  const int64_t kept = std::min(wanted, tried);
  const Matrix<float> ritz = directions(eigen, kept, [&](double value) { return value > floor ? 1.0 : 0.0; });
  turn(basis, ritz.view(), context);
  fix_signs(basis);
  for (int64_t j = 0; j < kept; ++j) found.values[static_cast<size_t>(j)] = std::sqrt(std::max(0.0, *(eigen.values.rbegin() + j)));
  for (int64_t row = 0; row < matrix.columns; ++row) std::ranges::copy(basis[row], found.vectors[row].begin());
  return found;
}

void LsaOptions::declare(OptionTable& table) {
  table.add("columns", columns, "N", "columns of the features");
  table.add("bits", bits, "N", "log2 of the columns that words are hashed to");
  table.add("least", least, "N", "texts that a word must be in");
  table.add("passes", passes, "N", "passes of the iteration");
  table.add("sample", sample, "N", "texts that are learned from");
  table.add("seed", seed, "N", "determines every random choice");
}

void Lsa::transform(const Rows& rows, std::span<const int64_t> bad, MatrixView<float> out, const Context& context) const {
  Stage stage(context, "features", rows.size(), "records");
  parallel_for(context, rows.size(), kTransformChunk, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> good;
    for (int64_t row = begin; row < end; ++row) {
      if (!std::ranges::binary_search(bad, row)) good.push_back(row);
    }
    Context alone = context;
    alone.threads = 1;
    const text::SparseMatrix sparse = tfidf_.rows_of(rows, good, alone);
    for (size_t i = 0; i < good.size(); ++i) {
      const auto at = static_cast<int64_t>(i);
      combine(sparse.columns_of(at), sparse.values_of(at), vectors_.view(), out[good[i]]);
      scale_to_length_one(out[good[i]]);
    }
    stage.advance(end - begin);
  });
}

void Lsa::save(const std::filesystem::path& path) const {
  const text::Tfidf::Table& table = tfidf_.table();
  FittedFileWriter(kFitted)
      .setting("bits", table.options.bits)
      .setting("least", table.options.least)
      .setting("longest", table.options.longest)
      .add("column_of", table.column_of)
      .add("idf", table.idf)
      .add("values", values_)
      .add("vectors", vectors_.view())
      .write(path);
}

Lsa Lsa::load(const std::filesystem::path& path) {
  const FittedFile file(path, kFitted);
  text::Tfidf::Table table;
  table.options = {.bits = static_cast<int>(file.setting("bits", 8, 24)),
                   .least = static_cast<int>(file.setting("least", 1, 1'000'000)),
                   .longest = file.setting("longest", 1, std::numeric_limits<int64_t>::max())};
  const int64_t hashed = int64_t{1} << table.options.bits;
  const std::vector<int64_t> shape = file.shape("vectors");
  if (shape.size() != 2 || shape[0] < 0 || shape[0] > hashed || shape[1] < 1 || shape[1] > 1024)
    file.refuse("vectors", "do not fit the columns of words");
  table.column_of = file.integers("column_of", hashed);
  if (std::ranges::any_of(table.column_of, [&](int32_t column) { return column < -1 || column >= shape[0]; }))
    file.refuse("column_of", "names a column that is not there");
  table.idf = file.floats("idf", shape[0]);
  RightVectors found{file.doubles("values", shape[1]), file.matrix("vectors", shape[0], shape[1])};
  return {text::Tfidf(std::move(table)), std::move(found)};
}

Lsa fit_lsa(const Rows& rows, std::span<const int64_t> usable_rows, const LsaOptions& options, const Context& context) {
  require_range("columns", options.columns, 1, 1024);
  require_range("bits", options.bits, 8, 24);
  require_range("passes", options.passes, 1, 100);
  require_range("least", options.least, 1, 1'000'000);
  require_range("sample", options.sample, 1, 10'000'000);
  if (usable_rows.empty()) throw InputError({"", "", "there are no records to compute features from", "Check the data set"});
  const std::vector<int64_t> learned_from = drawn_rows(usable_rows, options.sample, options.seed);
  text::Tfidf tfidf(rows, learned_from, {.bits = options.bits, .least = options.least}, context);
  const text::SparseMatrix matrix = tfidf.rows_of(rows, learned_from, context);
  RightVectors found = largest_singular(matrix, options.columns, kFurtherDirections, options.passes, options.seed, context);
  return {std::move(tfidf), std::move(found)};
}

}  // namespace decant::features
