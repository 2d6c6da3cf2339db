// Evidence made up for tests.
#pragma once

#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "decant/data/evidence.h"

namespace decant {

/// One net on one set of `rows` rows; seeds 0, 1, ….
inline Evidence::Cell cell_of(std::string net, std::string set, int64_t rows, std::vector<double> values) {
  Evidence::Cell cell{.net = std::move(net), .set = std::move(set), .rows = rows, .values = std::move(values)};
  cell.budget = {rows, Budget::Unit::rows};
  cell.seeds.resize(cell.values.size());
  std::iota(cell.seeds.begin(), cell.seeds.end(), uint64_t{0});
  return cell;
}

/// Compared.
inline Evidence evidence_of(std::vector<Evidence::Cell> cells, std::vector<Metric> metrics = {top_1()}) {
  Evidence evidence{.metrics = std::move(metrics), .cells = std::move(cells)};
  compare(evidence);
  return evidence;
}

}  // namespace decant
