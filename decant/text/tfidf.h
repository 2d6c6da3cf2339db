// Texts as sparse rows: how often each word stands in them, weighted by how rare it is.
//
//     x_ij = (1 + ln n_ij) · idf_j,    idf_j = ln((1 + N) / (1 + N_j)) + 1,    rows scaled to length 1
//
// n_ij: how often word j stands in text i; N texts, of which N_j hold the word. A word's column is
// the hash of its bytes, so no vocabulary is kept: two words may share one of the 2^bits columns.
// Columns that fewer than `least` texts hold are dropped, since they say nothing of how two texts
// are alike.
//
//     G. Salton, C. Buckley, "Term-weighting approaches in automatic text retrieval", Information
//     Processing & Management 24 (1988). The form with + 1 is scikit-learn's TfidfVectorizer with
//     sublinear_tf. K. Weinberger et al., "Feature hashing for large scale multitask learning",
//     ICML 2009 (here without signs).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"

namespace decant::text {

/// Compressed sparse rows. Columns of a row ascend.
struct SparseMatrix {
  int64_t columns = 0;
  std::vector<int64_t> starts = {0};  ///< of each row in the two below; the last is their length
  std::vector<uint32_t> column;
  std::vector<float> value;

  int64_t rows() const { return std::ssize(starts) - 1; }
  int64_t entries() const { return std::ssize(column); }
  int64_t memory() const { return std::ssize(starts) * 8 + entries() * 8; }  ///< bytes
  std::span<const uint32_t> columns_of(int64_t row) const { return part(column, row); }
  std::span<const float> values_of(int64_t row) const { return part(value, row); }

 private:
  template <class T>
  std::span<const T> part(const std::vector<T>& all, int64_t row) const {
    const auto begin = static_cast<size_t>(starts[static_cast<size_t>(row)]);
    return std::span(all).subspan(begin, static_cast<size_t>(starts[static_cast<size_t>(row) + 1]) - begin);
  }
};

/// The same entries by column: row j of the result is column j.
SparseMatrix transposed(const SparseMatrix& matrix);

struct TfidfOptions {
  int bits = 18;                ///< log2 of the columns that words are hashed to. 8…24
  int least = 2;                ///< texts that a column must be in. 1…
  int64_t longest = 1'000'000;  ///< bytes of a record that are counted; the rest is ignored
};

/// How often each column's words stand in a text: columns ascend, each once.
struct Counts {
  std::vector<uint32_t> column;
  std::vector<uint32_t> count;
};

/// Counts of one record, all turns together. Scratch is kept between calls; one per thread.
class Counter {
 public:
  explicit Counter(const TfidfOptions& options) : options_(options) {}
  const Counts& count(const Record& record);

 private:
  void gather(std::string_view text);

  TfidfOptions options_;
  std::string word_;
  std::vector<uint32_t> hashed_;
  int64_t left_ = 0;
  Counts counts_;
};

/// Which columns there are and what they weigh.
class Tfidf {
 public:
  /// From the texts of `some` rows. All threads; the same for any number of them. Holds 4 bytes per
  /// hashed column and thread. Throws what Texts::read() throws.
  Tfidf(const Rows& rows, std::span<const int64_t> some, const TfidfOptions& options, const Context& context);

  /// All that was learned.
  struct Table {
    TfidfOptions options;
    std::vector<int32_t> column_of;  ///< of each of the 2^bits hashed ones; −1 = dropped
    std::vector<float> idf;          ///< of each column
  };
  /// REQUIRES: a table as table() gives it.
  explicit Tfidf(Table table) : table_(std::move(table)) {}
  const Table& table() const { return table_; }

  int64_t columns() const { return std::ssize(table_.idf); }
  /// Sparse rows of `some` rows, in their order. 8 bytes per entry. A text without any word that
  /// counts is an empty row.
  SparseMatrix rows_of(const Rows& rows, std::span<const int64_t> some, const Context& context) const;

 private:
  void append(const Counts& counts, SparseMatrix& out) const;

  Table table_;
};

}  // namespace decant::text
