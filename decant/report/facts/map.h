// The map: rows as points on a plane, drawn by the page's script on a canvas.
//
// A million points do not fit a page, nor an eye. At most kMapPoints are sent, drawn from kept and
// left-out rows separately, so that their proportion is that of the whole; inside each, one point
// from every stretch of equal length in row order.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decant/report/facts/row_facts.h"
#include "decant/report/report.h"

namespace decant::report {

constexpr int64_t kMapPoints = 40000;

/// At most `most` readable rows that have a finite position, ascending.
std::vector<int64_t> sample_rows(const RowFacts& rows, MatrixView<const float> map, int64_t most, uint64_t seed);

/// One entry per point. Both axes have one scale; far outliers lie on the border.
struct MapFacts {
  std::vector<int64_t> rows;
  std::vector<uint16_t> x, y;
  std::vector<uint16_t> bins;
  std::vector<uint16_t> classes;  ///< 65535 = none; empty without a source
  std::vector<uint8_t> kept;
  int64_t drawable = 0;  ///< rows that the points were drawn from
  int32_t bin_count = 1;
  double aspect = 1;               ///< height ÷ width
  std::vector<std::string> names;  ///< of the classes
};

/// Nothing where no readable row has a finite position.
std::optional<MapFacts> map_facts(const ReportInput& input, const RowFacts& rows, uint64_t seed);

/// The points for these rows. REQUIRES: not empty.
MapFacts place_points(const ReportInput& input, const RowFacts& rows, std::vector<int64_t> sample);

}  // namespace decant::report
