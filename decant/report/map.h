// The map: rows as points on a plane, drawn by the page's script on a canvas.
//
// A million points do not fit a page, nor an eye. At most kMapPoints are sent, drawn from kept and left-out
// rows separately, so that their proportion is that of the whole; inside each, one point from every stretch
// of equal length in row order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decant/base/json_fwd.h"
#include "decant/report/report.h"
#include "decant/report/row_facts.h"

namespace decant::report {

constexpr int64_t kMapPoints = 40000;

/// At most `most` readable rows that have a finite position, ascending.
std::vector<int64_t> sample_rows(const RowFacts& rows, MatrixView<const float> map, int64_t most, uint64_t seed);

/// {"points", "aspect": height ÷ width, "binCount", "names": class names, and in base64, little-endian, one
/// entry a point:
///  "xy": uint16 pairs, "bin": uint16, "class": uint16 (65535 = none; empty without a source), "kept": uint8,
///  "row": uint32}
/// Both axes have one scale. Far outliers are drawn on the border. REQUIRES: `sample` is not empty.
Json pack_map(const ReportInput& input, const RowFacts& rows, std::span<const int64_t> sample);

}  // namespace decant::report
