// A row of a Parquet file as a line of JSON: structs are objects, lists and maps are lists, and
// what is missing is left out of an object. Numbers and texts are as they are; values that JSON has
// no form for (binary ones, decimals, INT96) are null, and so are fractions that are not finite.
#pragma once

#include <string>
#include <vector>

#include "decant/formats/parquet/file.h"

namespace decant::parquet {

/// Rows of one file. Not for several threads at once.
class RowJson {
 public:
  /// `columns`: nodes right below the root.
  RowJson(const ParquetFile& file, std::vector<int> columns);

  void append(int64_t row, std::string& out);
  /// The value of the only column, without its name; nothing where it is missing.
  void append_bare(int64_t row, std::string& out);

 private:
  struct Entry {
    int rep = 0;
    int def = 0;
    const Page* page = nullptr;  ///< null: there is no value
    int64_t value = 0;           ///< in the page
  };
  struct Leaf {
    ColumnCursor cursor;
    std::vector<Piece> pieces;
    std::vector<Entry> entries;
    size_t at = 0;
  };

  void load_leaf(Leaf& leaf, int64_t row);
  Leaf& leaf_of(const Node& node) { return leaves_[static_cast<size_t>(node.column)]; }
  bool at_end(const Node& node) { return leaf_of(node).at >= leaf_of(node).entries.size(); }
  const Entry& here(const Node& node) { return leaf_of(node).entries[leaf_of(node).at]; }
  void step(const Node& node);
  bool missing(const Node& node);
  void add(const Node& node, std::string& out);
  void add_content(const Node& node, std::string& out);
  void add_object(const Node& node, std::string& out);
  void add_repeated(const Node& node, std::string& out);
  const Node& node(int i) const { return file_->footer().nodes[static_cast<size_t>(i)]; }

  const ParquetFile* file_;
  std::vector<int> columns_;
  std::vector<Leaf> leaves_;  // of all columns; those that are not asked for stay empty
  std::vector<std::byte> scratch_;
};

/// A value as JSON.
void append_value(const Node& node, std::string_view value, std::string& out);
/// A value as text, as a label: "3", "cat", "0.5"; nothing for values without such a form.
std::optional<std::string> value_text(const Node& node, std::string_view value);

}  // namespace decant::parquet
