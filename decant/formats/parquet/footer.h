// What a Parquet file says of itself in its footer: columns, row groups, and where the bytes of
// each column lie.
//
//   PAR1 | column chunks of row group 0, 1, … | indexes | footer | its length, 4 bytes | PAR1
//
// The schema is a tree in pre-order; its leaves are columns. A leaf has two numbers that say how
// deep an entry can be: `most_def`, the levels above that may be missing, and `most_rep`, those
// that may repeat.
//
// What a writer copies as it stands is kept as views of the footer, which live as long as the file
// is mapped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decant/base/file.h"
#include "decant/formats/parquet/where.h"

namespace decant::parquet {

enum class Physical { boolean = 0, int32 = 1, int64 = 2, int96 = 3, float32 = 4, float64 = 5, bytes = 6, fixed = 7 };
enum class Repetition { required = 0, optional = 1, repeated = 2 };
/// What a leaf's bytes are to a reader of values, as far as that is asked here.
enum class Meaning { plain, text, json, unsigned_number, decimal, other };

struct Node {
  std::string name;
  Repetition repetition = Repetition::required;
  bool leaf = false;
  Physical type = Physical::bytes;
  int width = 0;  ///< bytes of a value; 0 where they vary
  Meaning meaning = Meaning::plain;
  bool list = false;          ///< a group that says it is a list
  std::vector<int> children;  ///< nodes
  int column = -1;            ///< of a leaf, its number; else that of the first leaf below
  int columns = 0;            ///< leaves below, itself among them
  int most_def = 0;
  int most_rep = 0;
  std::string path;  ///< "image.bytes"; of the root ""
};

struct Chunk {
  int64_t begin = 0;  ///< of its first page, in the file
  int64_t size = 0;   ///< of its pages
  int64_t values = 0;
  int64_t unpacked = 0;
  int codec = 0;
  bool has_dictionary = false;
  int64_t data_begin = 0;   ///< of its first data page
  int64_t index_begin = 0;  ///< of its offset index; 0 = none
  int64_t index_size = 0;
  std::vector<int32_t> encodings;
  std::string_view path;                                         ///< names from the root on, as they stand
  std::string_view statistics, encoding_stats, size_statistics;  ///< as they stand; empty = none
};

struct Group {
  int64_t rows = 0;
  int64_t bytes = 0;          ///< unpacked, all columns
  std::vector<Chunk> chunks;  ///< by column
  std::string_view sorting;   ///< as it stands; empty = none
};

struct KeyValue {
  std::string_view key, value;
  bool has_value = false;
};

struct Footer {
  int32_t version = 1;
  std::vector<Node> nodes;   ///< the root first
  std::vector<int> columns;  ///< the node of each leaf
  std::string_view schema;   ///< as it stands
  int64_t rows = 0;
  std::vector<Group> groups;
  std::vector<KeyValue> metadata;
  std::string_view column_orders;  ///< as it stands; empty = none
  int64_t begin = 0;               ///< of the footer, in the file

  const Node& root() const { return nodes.front(); }
  const Node& column(int i) const { return nodes[static_cast<size_t>(columns[static_cast<size_t>(i)])]; }
  int column_count() const { return static_cast<int>(columns.size()); }
  /// The value of a key of the metadata; empty where there is none.
  std::string_view value_of(std::string_view key) const;
};

/// Whether the bytes begin and end as a Parquet file does, encrypted ones included.
bool is_parquet(Bytes file);

/// Reads and checks: every chunk lies before the footer and overlaps no other, every row group has
/// a chunk for each column, of the column's type. Throws InputError.
Footer read_footer(Bytes file, const std::string& name);

}  // namespace decant::parquet
