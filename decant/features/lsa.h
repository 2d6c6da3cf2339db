// Features of texts without a model: latent semantic analysis. Words that stand in the same texts
// point the same way, so texts are near each other when they speak of the same things.
//
//     A (N texts × columns) = tf-idf (text/tfidf.h) ≈ U Σ Vᵀ,    features of a text a: aᵀV, scaled to length 1
//
//     S. Deerwester et al., "Indexing by latent semantic analysis", JASIS 41 (1990).
//
// V is found by subspace iteration from a random start, with Rayleigh–Ritz at the end:
//
//     V₀ = orth(random);   repeat passes times: V ← orth(Aᵀ(A V));   AV = Q S Pᵀ,  V ← V P
//
//     N. Halko, P.-G. Martinsson, J. Tropp, "Finding structure with randomness", SIAM Review 53
//     (2011), algorithms 4.4 and 5.1.
//
// A and Aᵀ are both held as sparse rows, so every sum is made by one thread in a fixed order: the
// same bytes for every number of threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/base/options.h"
#include "decant/data/rows.h"
#include "decant/text/tfidf.h"

namespace decant::features {

/// The largest singular values of a sparse matrix and their right vectors.
struct RightVectors {
  std::vector<double> values;  ///< descending; 0 beyond the rank
  Matrix<float> vectors;       ///< columns of the matrix × values: orthonormal columns, 0 beyond the rank
};

/// `passes` passes over `further` more directions than wanted; each costs two products of the
/// matrix with a dense one, 2 · entries · (wanted + further) multiplications. Holds two dense
/// matrices of (columns × directions) and one of (rows × directions), and the sparse one twice. The
/// component of largest magnitude of each vector is positive. REQUIRES: wanted ≥ 1.
RightVectors largest_singular(const text::SparseMatrix& matrix, int64_t wanted, int64_t further, int passes, uint64_t seed,
                              const Context& context);

struct LsaOptions {
  // All of these change the result.
  int columns = 256;    ///< of the features. 1…1024
  int bits = 18;        ///< log2 of the columns that words are hashed to. 8…24
  int least = 2;        ///< texts that a word must be in
  int passes = 4;       ///< of the iteration
  int sample = 65'536;  ///< texts that V is learned from; more cost memory, and change little
  uint64_t seed = 0;

  void declare(OptionTable& table);
};

/// A fitted extractor. Const members may be called from many threads.
class Lsa {
 public:
  int64_t columns() const { return vectors_.cols(); }
  std::span<const double> singular_values() const { return values_; }

  /// One row of `out` (rows.size() × columns()) for each row; those in `bad` (ascending) get zeros,
  /// and so does a text of which no word is known. Throws what Texts::read() throws.
  void transform(const Rows& rows, std::span<const int64_t> bad, MatrixView<float> out, const Context& context) const;

  /// As ConvKMeans has them.
  static constexpr const char* kFitted = "lsa 1";
  void save(const std::filesystem::path& path) const;
  static Lsa load(const std::filesystem::path& path);

 private:
  friend Lsa fit_lsa(const Rows&, std::span<const int64_t>, const LsaOptions&, const Context&);
  Lsa(text::Tfidf tfidf, RightVectors found)
      : tfidf_(std::move(tfidf)), values_(std::move(found.values)), vectors_(std::move(found.vectors)) {}

  text::Tfidf tfidf_;
  std::vector<double> values_;
  Matrix<float> vectors_;
};

/// Learns from at most `sample` of `usable_rows`, drawn by the seed. For 52,002 instruction records
/// of 440 bytes about 250 MB. Throws InputError when there are no usable rows or an option is out
/// of range.
Lsa fit_lsa(const Rows& rows, std::span<const int64_t> usable_rows, const LsaOptions& options, const Context& context);

}  // namespace decant::features
