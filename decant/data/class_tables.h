// What an evaluation measured of single classes, as tables: a line per class, a column per set.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decant/data/evidence.h"

namespace decant {

struct ClassTable {
  struct Line {
    std::string of_class;
    std::vector<std::optional<double>> means;  ///< of each set, unscaled; nothing where nothing was to be measured
  };
  std::string net;
  Metric metric;                               ///< of the first class
  std::vector<const Evidence::Cell*> columns;  ///< a cell of each set, for its name and its size
  std::vector<Line> lines;                     ///< in the order of the metrics
};

/// One for each net; none where no metric is of a class. The evidence must outlive them.
std::vector<ClassTable> class_tables(const Evidence& evidence);

}  // namespace decant
