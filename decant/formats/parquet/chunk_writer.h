// Some rows of a column, written as one chunk.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "decant/formats/parquet/file.h"
#include "decant/formats/parquet/gathered.h"
#include "decant/formats/parquet/thrift.h"

namespace decant::parquet {

/// What the footer says of a chunk that was written. Places are those of the sink.
struct WrittenChunk {
  int64_t begin = 0;  ///< of its first page
  int64_t size = 0;
  int64_t unpacked = 0;
  int64_t values = 0;
  int64_t data_begin = 0;
  bool has_dictionary = false;
  std::vector<int32_t> encodings;
  std::string statistics, encoding_stats, size_statistics;  ///< structs or lists as Thrift has them; empty = none
  std::vector<PagePlace> pages;                             ///< for the offset index; empty = none
};

/// Takes bytes; keeps count of where they go: in the file, or in a part of it.
struct Sink {
  std::function<void(Gathered)> write;
  int64_t at = 0;

  void put(Gathered bytes) {
    at += static_cast<int64_t>(bytes.size());
    write(std::move(bytes));
  }
  void put(std::string_view bytes) {
    Gathered copy;
    copy.add(bytes);
    put(std::move(copy));
  }
};

/// Another value in place of a row's own.
using Replacement = std::function<Bytes(int64_t row, std::vector<std::byte>& scratch)>;

/// Rows (of the file, ascending, at least one) of a column. `replacement`: or nothing. With
/// `orders` the footer says how values are ordered, so that the least and greatest can be told.
WrittenChunk write_chunk(const ParquetFile& file, int column, std::span<const int64_t> rows, const Replacement& replacement, bool orders,
                         Sink& sink);

/// All pages of a chunk as they lie.
WrittenChunk copy_chunk(const ParquetFile& file, int group, int column, Sink& sink);

}  // namespace decant::parquet
