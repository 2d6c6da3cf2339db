#include "decant/data/class_tables.h"

#include <algorithm>

namespace decant {
namespace {

bool is_same_set(const Evidence::Cell& a, const Evidence::Cell& b) {
  return a.net == b.net && a.set == b.set && a.budget == b.budget;
}

}  // namespace

std::vector<ClassTable> class_tables(const Evidence& evidence) {
  std::vector<ClassTable> tables;
  const auto first = std::ranges::find_if(evidence.metrics, [](const Metric& metric) { return !metric.of_class.empty(); });
  if (first == evidence.metrics.end()) return tables;
  for (const std::string& net : evidence.nets()) {
    ClassTable table{.net = net, .metric = *first, .columns = {}, .lines = {}};
    for (const Evidence::Cell& cell : evidence.cells) {
      if (cell.net == net && cell.metric == 0) table.columns.push_back(&cell);
    }
    for (size_t metric = 0; metric < evidence.metrics.size(); ++metric) {
      if (evidence.metrics[metric].of_class.empty()) continue;
      ClassTable::Line line{evidence.metrics[metric].of_class, std::vector<std::optional<double>>(table.columns.size())};
      for (const Evidence::Cell& cell : evidence.cells) {
        const auto column = std::ranges::find_if(table.columns, [&](const Evidence::Cell* set) { return is_same_set(*set, cell); });
        if (cell.metric == metric && column != table.columns.end())
          line.means[static_cast<size_t>(column - table.columns.begin())] = cell.mean;
      }
      table.lines.push_back(std::move(line));
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace decant
