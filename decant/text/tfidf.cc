#include "decant/text/tfidf.h"

#include <algorithm>
#include <cmath>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/text/words.h"

namespace decant::text {
namespace {

constexpr int64_t kCountChunk = 4096;  // rows; a chunk is worth milliseconds

void require_sound(const TfidfOptions& options) {
  DECANT_CHECK(options.bits, >=, 8);
  DECANT_CHECK(options.bits, <=, 24);
}

/// Joins the pieces, which are rows one below the other.
SparseMatrix stacked(std::vector<SparseMatrix> pieces, int64_t columns) {
  SparseMatrix all;
  all.columns = columns;
  for (SparseMatrix& piece : pieces) {
    const int64_t before = all.entries();
    for (size_t i = 1; i < piece.starts.size(); ++i) all.starts.push_back(before + piece.starts[i]);
    all.column.insert(all.column.end(), piece.column.begin(), piece.column.end());
    all.value.insert(all.value.end(), piece.value.begin(), piece.value.end());
    piece = {};
  }
  return all;
}

}  // namespace

SparseMatrix transposed(const SparseMatrix& matrix) {
  SparseMatrix out;
  out.columns = matrix.rows();
  out.starts.assign(static_cast<size_t>(matrix.columns) + 1, 0);
  for (const uint32_t column : matrix.column) ++out.starts[column + 1];
  for (size_t i = 1; i < out.starts.size(); ++i) out.starts[i] += out.starts[i - 1];
  out.column.resize(matrix.column.size());
  out.value.resize(matrix.value.size());
  std::vector<int64_t> next(out.starts.begin(), out.starts.end() - 1);
  for (int64_t row = 0; row < matrix.rows(); ++row) {
    const auto columns = matrix.columns_of(row);
    for (size_t i = 0; i < columns.size(); ++i) {
      const auto at = static_cast<size_t>(next[columns[i]]++);
      out.column[at] = static_cast<uint32_t>(row);
      out.value[at] = matrix.values_of(row)[i];
    }
  }
  return out;
}

const Counts& Counter::count(const Record& record) {
  hashed_.clear();
  left_ = options_.longest;
  for (const Turn& turn : record.turns) gather(turn.text);
  std::ranges::sort(hashed_);
  counts_.column.clear();
  counts_.count.clear();
  for (const uint32_t column : hashed_) {
    if (counts_.column.empty() || counts_.column.back() != column) {
      counts_.column.push_back(column);
      counts_.count.push_back(0);
    }
    ++counts_.count.back();
  }
  return counts_;
}

void Counter::gather(std::string_view text) {
  text = text.substr(0, static_cast<size_t>(left_));
  left_ -= std::ssize(text);
  const int shift = 64 - options_.bits;
  each_word(text, word_, [&](std::string_view word) { hashed_.push_back(static_cast<uint32_t>(hash64(word) >> shift)); });
}

Tfidf::Tfidf(const Rows& rows, std::span<const int64_t> some, const TfidfOptions& options, const Context& context)
    : table_{options, {}, {}} {
  require_sound(options);
  const Texts& texts = require_texts(rows);
  const size_t hashed = size_t{1} << options.bits;
  // Sums of whole numbers, so their order does not matter; a few large chunks, each with its own.
  const int64_t chunk = std::max<int64_t>(kCountChunk, (std::ssize(some) + 15) / 16);
  std::vector<std::vector<uint32_t>> holders(static_cast<size_t>((std::ssize(some) + chunk - 1) / chunk));
  Stage stage(context, "counting words", std::ssize(some), "records");
  parallel_for(context, std::ssize(some), chunk, [&](int64_t begin, int64_t end) {
    std::vector<uint32_t>& own = holders[static_cast<size_t>(begin / chunk)];
    own.assign(hashed, 0);
    Counter counter(options);
    Record record;
    for (int64_t i = begin; i < end; ++i) {
      texts.read(some[static_cast<size_t>(i)], record);
      for (const uint32_t column : counter.count(record).column) ++own[column];
      if ((i - begin) % 512 == 511) context.check_cancelled();
    }
    stage.advance(end - begin);
  });
  table_.column_of.assign(hashed, -1);
  for (size_t column = 0; column < hashed; ++column) {
    int64_t texts_with = 0;
    for (const auto& own : holders) texts_with += own[column];
    if (texts_with < options.least) continue;
    table_.column_of[column] = static_cast<int32_t>(columns());
    table_.idf.push_back(
        static_cast<float>(std::log((1.0 + static_cast<double>(some.size())) / (1.0 + static_cast<double>(texts_with))) + 1));
  }
}

void Tfidf::append(const Counts& counts, SparseMatrix& out) const {
  const size_t first = out.value.size();
  double squares = 0;
  for (size_t i = 0; i < counts.column.size(); ++i) {
    const int32_t column = table_.column_of[counts.column[i]];
    if (column < 0) continue;
    const float weight = static_cast<float>(1 + std::log(static_cast<double>(counts.count[i]))) * table_.idf[static_cast<size_t>(column)];
    out.column.push_back(static_cast<uint32_t>(column));
    out.value.push_back(weight);
    squares += double{weight} * weight;
  }
  const auto scale = static_cast<float>(squares > 0 ? 1 / std::sqrt(squares) : 0);
  for (size_t i = first; i < out.value.size(); ++i) out.value[i] *= scale;
  out.starts.push_back(out.entries());
}

SparseMatrix Tfidf::rows_of(const Rows& rows, std::span<const int64_t> some, const Context& context) const {
  const Texts& texts = require_texts(rows);
  std::vector<SparseMatrix> pieces(static_cast<size_t>((std::ssize(some) + kCountChunk - 1) / kCountChunk));
  parallel_for(context, std::ssize(some), kCountChunk, [&](int64_t begin, int64_t end) {
    SparseMatrix& own = pieces[static_cast<size_t>(begin / kCountChunk)];
    Counter counter(table_.options);
    Record record;
    for (int64_t i = begin; i < end; ++i) {
      texts.read(some[static_cast<size_t>(i)], record);
      append(counter.count(record), own);
    }
  });
  return stacked(std::move(pieces), columns());
}

}  // namespace decant::text
