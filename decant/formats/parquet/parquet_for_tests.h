// Small Parquet files, made plainly: what the reader is tested with.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>
#include <zlib.h>

#include "decant/formats/parquet/codecs.h"
#include "decant/formats/parquet/encodings.h"
#include "decant/formats/parquet/file.h"
#include "decant/formats/parquet/thrift.h"

namespace decant::parquet {

using Cell = std::optional<std::string>;  ///< the value's bytes: of a text itself, of a number little-endian

inline std::string number_bytes(int64_t value) {
  return std::string(reinterpret_cast<const char*>(&value), 8);
}

/// A column that does not repeat. A name "image.bytes" makes a struct of those that follow each
/// other with one beginning.
struct MadeColumn {
  std::string name;
  Physical type = Physical::bytes;
  std::vector<Cell> cells;
  bool text = false;
  bool dictionary = false;
};

struct MadeFile {
  std::vector<MadeColumn> columns;
  int codec = kUncompressed;
  int64_t group_rows = 4;
  int64_t page_rows = 2;
  bool second_kind = false;  ///< of pages
  bool crc = false;
  bool index = false;
  std::vector<std::pair<std::string, std::string>> metadata = {};
};

/// Writes it, the long way round: no statistics, no choice of encodings.
class ParquetMaker {
 public:
  explicit ParquetMaker(MadeFile made) : made_(std::move(made)), out_("PAR1") {}

  std::string make() {
    const int64_t rows = std::ssize(made_.columns.front().cells);
    for (int64_t begin = 0; begin < rows; begin += made_.group_rows) add_group(begin, std::min(rows, begin + made_.group_rows));
    ThriftWriter footer;
    footer.begin_object();
    footer.whole(1, Thrift::i32, 2);
    add_schema(footer);
    footer.whole(3, Thrift::i64, rows);
    footer.begin_list(4, Thrift::object, groups_.size());
    for (const Group& group : groups_) {
      footer.begin_object();
      footer.begin_list(1, Thrift::object, group.chunks.size());
      for (size_t i = 0; i < group.chunks.size(); ++i) add_chunk(footer, made_.columns[i], group.chunks[i]);
      footer.whole(2, Thrift::i64, group.bytes);
      footer.whole(3, Thrift::i64, group.rows);
      footer.end_object();
    }
    if (!made_.metadata.empty()) {
      footer.begin_list(5, Thrift::object, made_.metadata.size());
      for (const auto& [key, value] : made_.metadata) {
        footer.begin_object();
        footer.text(1, key);
        footer.text(2, value);
        footer.end_object();
      }
    }
    footer.end_object();
    const auto size = static_cast<uint32_t>(footer.text().size());
    return out_ + footer.text() + std::string(reinterpret_cast<const char*>(&size), 4) + "PAR1";
  }

 private:
  static std::string top_of(const std::string& name) { return name.substr(0, name.find('.')); }
  static bool nested(const MadeColumn& column) { return column.name.find('.') != std::string::npos; }
  static uint32_t most_def(const MadeColumn& column) { return nested(column) ? 2 : 1; }

  void add_schema(ThriftWriter& footer) const {
    std::vector<std::string> tops;
    size_t elements = 1;
    for (const MadeColumn& column : made_.columns) {
      ++elements;
      if (!tops.empty() && tops.back() == top_of(column.name)) continue;
      tops.push_back(top_of(column.name));
      elements += nested(column) ? 1 : 0;
    }
    footer.begin_list(2, Thrift::object, elements);
    footer.begin_object();
    footer.text(4, "schema");
    footer.whole(5, Thrift::i32, std::ssize(tops));
    footer.end_object();
    std::string top;
    for (const MadeColumn& column : made_.columns) {
      if (nested(column) && top != top_of(column.name)) {
        footer.begin_object();
        footer.whole(3, Thrift::i32, 1);
        footer.text(4, top_of(column.name));
        footer.whole(5, Thrift::i32,
                     std::ranges::count(made_.columns, top_of(column.name), [](const MadeColumn& c) { return top_of(c.name); }));
        footer.end_object();
      }
      top = top_of(column.name);
      footer.begin_object();
      footer.whole(1, Thrift::i32, static_cast<int>(column.type));
      footer.whole(3, Thrift::i32, 1);
      footer.text(4, nested(column) ? column.name.substr(column.name.find('.') + 1) : column.name);
      if (column.text) footer.whole(6, Thrift::i32, 0);
      footer.end_object();
    }
  }

  void add_group(int64_t begin, int64_t end) {
    Group group{.rows = end - begin, .chunks = {}};
    for (const MadeColumn& column : made_.columns) group.chunks.push_back(add_pages(column, begin, end));
    groups_.push_back(std::move(group));
  }

  Node node_of(const MadeColumn& column) const {
    return {.type = column.type, .width = column.type == Physical::bytes ? 0 : 8, .children = {}, .path = {}};
  }

  Chunk add_pages(const MadeColumn& column, int64_t begin, int64_t end) {
    Chunk chunk{.begin = std::ssize(out_), .values = end - begin, .encodings = {}};
    std::vector<std::string> values;
    if (column.dictionary) {
      std::string body;
      for (int64_t row = begin; row < end; ++row) {
        const Cell& cell = column.cells[static_cast<size_t>(row)];
        if (!cell || std::ranges::count(values, *cell) > 0) continue;
        values.push_back(*cell);
        append_plain(body, node_of(column), *cell);
      }
      put_page(2, body, "", std::ssize(values), 0, 0);
      chunk.has_dictionary = true;
    }
    chunk.data_begin = std::ssize(out_);
    std::vector<PageAt> pages;
    for (int64_t row = begin; row < end; row += made_.page_rows) {
      const int64_t at = std::ssize(out_);
      add_page(column, row, std::min(end, row + made_.page_rows), values);
      pages.push_back({at, std::ssize(out_) - at, row - begin});
    }
    chunk.size = std::ssize(out_) - chunk.begin;
    if (made_.index) add_index(pages, chunk);
    return chunk;
  }

  struct PageAt {
    int64_t begin, size, first_row;
  };

  void add_index(const std::vector<PageAt>& pages, Chunk& chunk) {
    ThriftWriter index;
    index.begin_object();
    index.begin_list(1, Thrift::object, pages.size());
    for (const PageAt& page : pages) {
      index.begin_object();
      index.whole(1, Thrift::i64, page.begin);
      index.whole(2, Thrift::i32, page.size);
      index.whole(3, Thrift::i64, page.first_row);
      index.end_object();
    }
    index.end_object();
    chunk.index_size = std::ssize(index.text());
    chunk.index_begin = std::ssize(out_);  // next to its chunk, which is allowed
    out_ += index.text();
  }

  void add_page(const MadeColumn& column, int64_t begin, int64_t end, const std::vector<std::string>& dictionary) {
    std::vector<uint32_t> levels, indexes;
    std::string plain;
    for (int64_t row = begin; row < end; ++row) {
      const Cell& cell = column.cells[static_cast<size_t>(row)];
      levels.push_back(cell ? most_def(column) : 0);
      if (!cell) continue;
      if (column.dictionary)
        indexes.push_back(static_cast<uint32_t>(std::ranges::find(dictionary, *cell) - dictionary.begin()));
      else
        append_plain(plain, node_of(column), *cell);
    }
    if (column.dictionary) {
      const int bits = bits_for(static_cast<uint32_t>(dictionary.size()));
      plain = std::string(1, static_cast<char>(bits)) + write_hybrid(indexes, bits);
    }
    put_page(made_.second_kind ? 3 : 0, plain, write_hybrid(levels, bits_for(most_def(column))), end - begin, column.dictionary ? 8 : 0,
             std::ranges::count(levels, 0u));
  }

  void put_page(int kind, std::string values, const std::string& levels, int64_t entries, int encoding, int64_t missing) {
    const auto size = static_cast<uint32_t>(levels.size());
    if (kind == 0) values = std::string(reinterpret_cast<const char*>(&size), 4) + levels + values;
    const std::string apart = kind == 3 ? levels : "";
    const std::string packed = apart + pack(made_.codec, values);
    ThriftWriter header;
    header.begin_object();
    header.whole(1, Thrift::i32, kind);
    header.whole(2, Thrift::i32, std::ssize(apart) + std::ssize(values));
    header.whole(3, Thrift::i32, std::ssize(packed));
    if (made_.crc)
      header.whole(4, Thrift::i32, static_cast<int32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(packed.data()), packed.size())));
    header.field(kind == 0 ? 5 : kind == 2 ? 7 : 8, Thrift::object);
    header.begin_object();
    header.whole(1, Thrift::i32, entries);
    if (kind == 3) {
      header.whole(2, Thrift::i32, missing);
      header.whole(3, Thrift::i32, entries);
      header.whole(4, Thrift::i32, encoding);
      header.whole(5, Thrift::i32, std::ssize(levels));
      header.whole(6, Thrift::i32, 0);
    } else {
      header.whole(2, Thrift::i32, encoding);
      if (kind == 0) header.whole(3, Thrift::i32, 3);
      if (kind == 0) header.whole(4, Thrift::i32, 3);
    }
    header.end_object();
    header.end_object();
    out_ += header.text() + packed;
  }

  void add_chunk(ThriftWriter& footer, const MadeColumn& column, const Chunk& chunk) const {
    footer.begin_object();
    footer.whole(2, Thrift::i64, 0);
    footer.field(3, Thrift::object);
    footer.begin_object();
    footer.whole(1, Thrift::i32, static_cast<int>(column.type));
    footer.begin_list(2, Thrift::i32, 1);
    footer.element(int64_t{column.dictionary ? 8 : 0});
    footer.begin_list(3, Thrift::binary, nested(column) ? 2 : 1);
    footer.element(std::string_view(top_of(column.name)));
    if (nested(column)) footer.element(std::string_view(column.name).substr(column.name.find('.') + 1));
    footer.whole(4, Thrift::i32, made_.codec);
    footer.whole(5, Thrift::i64, chunk.values);
    footer.whole(6, Thrift::i64, chunk.size);
    footer.whole(7, Thrift::i64, chunk.size);
    footer.whole(9, Thrift::i64, chunk.data_begin);
    if (chunk.has_dictionary) footer.whole(11, Thrift::i64, chunk.begin);
    footer.end_object();
    if (chunk.index_size > 0) {
      footer.whole(4, Thrift::i64, chunk.index_begin);
      footer.whole(5, Thrift::i32, chunk.index_size);
    }
    footer.end_object();
  }

  MadeFile made_;
  std::string out_;
  std::vector<Group> groups_;
};

inline std::string make_parquet(MadeFile made) {
  return ParquetMaker(std::move(made)).make();
}

/// What a reader finds in a column that does not repeat.
inline std::vector<Cell> cells_of(const ParquetFile& file, int column) {
  ColumnCursor cursor(file, column);
  std::vector<Cell> cells;
  for (int64_t row = 0; row < file.rows(); ++row) {
    const auto value = cursor.value(row);
    cells.push_back(value ? Cell(*value) : Cell());
  }
  return cells;
}

}  // namespace decant::parquet
