// A Parquet file of values that were not in one before: a table made here.
//
// Columns are flat, or members of one struct ("image" of `bytes` and `path`); every value may be
// missing. Row groups hold at most 100 MB or 1,000,000 rows, pages 1 MB or a single larger value.
// Pictures' bytes are stored as they are, everything else is packed with snappy, and an offset
// index is written: the layout that the datasets library writes today.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace decant::parquet {

enum class Kind { flag, integer, number, text, bytes };  ///< integer: int64; number: float64; text: UTF-8

struct NewColumn {
  std::string name;  ///< "image.bytes" is the member `bytes` of the struct `image`; members stand together
  Kind kind = Kind::text;
};

class TableWriter {
 public:
  /// `metadata`: key and value. Throws IoError.
  TableWriter(const std::filesystem::path& path, std::vector<NewColumn> columns,
              std::vector<std::pair<std::string, std::string>> metadata = {});
  ~TableWriter();

  // The next value of the row, column after column. REQUIRES: the column's kind.
  void add_flag(bool value);
  void add_integer(int64_t value);
  void add_number(double value);
  /// Or bytes. Of a text bytes that are not UTF-8, which Parquet has no place for, become \x1b.
  void add_text(std::string_view value);
  void add_missing();

  /// Writes what is left, and gives the file its name. REQUIRES: whole rows. Returns its bytes.
  int64_t finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace decant::parquet
