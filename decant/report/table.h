// A table of a page, which scrolls sideways where the page is narrow.
#pragma once

#include <string>
#include <vector>

namespace decant::report {

enum class CellKind { text, number, wrapped };  ///< numbers stand flush right; only what is wrapped breaks into lines

struct TableColumn {
  std::string title;  ///< plain text
  CellKind kind = CellKind::text;
};

class Table {
 public:
  explicit Table(std::vector<TableColumn> columns);

  /// A line: HTML, one for each column. What a user chose has gone through escape().
  void add(const std::vector<std::string>& cells);
  std::string html() const { return html_ + "</tbody></table></div>\n"; }

 private:
  std::vector<TableColumn> columns_;
  std::string html_;
};

}  // namespace decant::report
