// Features of texts from a table with a vector for every token: static embeddings, in the layout of
// Model2Vec.
//
//     f(text) = (1 / T) Σ_t w_t · E[m_t],    t over the T tokens of the text that are not unknown; then scaled to
//                                            length 1 where config.json says "normalize"
//
// E are the `embeddings` of model.safetensors (rows, width), w its `weights` (one per token id; 1
// where it has none), m its `mapping` from token ids to rows (the id itself where it has none).
//
//     S. Tulkens, T. van Dongen, "Model2Vec", github.com/MinishLab/model2vec. Its encode() looks at
//     the first 512 tokens of a text; here all of them count.
//
// No network is needed: a text costs its tokens (text/wordpiece.h) and a row of the table for each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/data/rows.h"
#include "decant/text/wordpiece.h"

namespace decant::features {

/// Const members may be called from many threads at once.
class StaticEmbedding {
 public:
  int64_t width() const { return table_.cols(); }

  /// The vector of a text of these tokens; zeros where all are unknown. REQUIRES:
  /// ids of the folder's tokenizer; width() values.
  void embed(std::span<const int32_t> ids, std::span<float> out) const;

  /// One row of `out` (rows.size() × width()) for each row, all turns of a record one after
  /// another; those in `bad` (ascending) get zeros. The same for any number of threads. Throws what
  /// Texts::read() throws.
  void transform(const Rows& rows, std::span<const int64_t> bad, MatrixView<float> out, const Context& context) const;

 private:
  friend StaticEmbedding open_static_embedding(const std::filesystem::path&);
  StaticEmbedding(text::WordPiece tokenizer, Matrix<float> table) : tokenizer_(std::move(tokenizer)), table_(std::move(table)) {}
  void transform_some(const Rows& rows, std::span<const int64_t> bad, int64_t begin, int64_t end, MatrixView<float> out) const;

  text::WordPiece tokenizer_;
  Matrix<float> table_;
  std::vector<float> weights_;    // by token id; empty = 1
  std::vector<int32_t> mapping_;  // by token id; empty = the id itself
  bool normalize_ = false;
};

/// Reads tokenizer.json (or vocab.txt), model.safetensors and config.json of a folder. Holds the
/// table as float32. Throws InputError naming file and place: a file that is missing, a tokenizer
/// of another kind, tensors that are missing or do not fit each other or the tokenizer.
StaticEmbedding open_static_embedding(const std::filesystem::path& folder);

}  // namespace decant::features
