#include "decant/report/table.h"

#include <fmt/format.h>
#include <utility>

#include "decant/base/errors.h"
#include "decant/report/html.h"

namespace decant::report {
namespace {

const char* class_attribute(CellKind kind) {
  switch (kind) {
    case CellKind::text:
      return "";
    case CellKind::number:
      return " class=\"n\"";
    case CellKind::wrapped:
      break;
  }
  return " class=\"wrap\"";
}

}  // namespace

Table::Table(std::vector<TableColumn> columns) : columns_(std::move(columns)) {
  html_ = "<div class=\"scroll\"><table><thead><tr>";
  for (const TableColumn& column : columns_) html_ += fmt::format("<th{}>{}</th>", class_attribute(column.kind), escape(column.title));
  html_ += "</tr></thead><tbody>\n";
}

void Table::add(const std::vector<std::string>& cells) {
  DECANT_CHECK(cells.size(), ==, columns_.size());
  html_ += "<tr>";
  for (size_t i = 0; i < cells.size(); ++i) html_ += fmt::format("<td{}>{}</td>", class_attribute(columns_[i].kind), cells[i]);
  html_ += "</tr>\n";
}

}  // namespace decant::report
