// The charts. Each is an HTML grid of rows whose bars and dots are inline SVG with horizontal
// positions in per cent: the same markup is 320 pixels wide on a phone and 760 on a desk, and text
// keeps its size. No script draws them, so they print and survive without one.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/data/evidence.h"
#include "decant/data/run_record.h"
#include "decant/data/trial_record.h"
#include "decant/report/facts/reduction.h"

namespace decant::report {

/// More parts than this are not drawn one by one.
constexpr size_t kMostRows = 40;

/// Of one metric, the arms of a trial below each other: means, intervals and seeds. Empty where it
/// says nothing of any.
std::string arms_chart(const TrialRecord& record, size_t metric);

/// The series of a trial as lines, those along the same thing in one plane.
std::string series_chart(const TrialRecord& record);

/// Real pixels above synthetic ones: from the least to the most, and mean ± deviation.
std::string pixel_chart(const PixelRecord& real, const PixelRecord& synthetic);

/// The objective of every step; of many steps their means, with a band around them. Logarithmic
/// where the values span orders. REQUIRES: finite values.
std::string objective_chart(std::span<const float> values);

/// Bytes of the parts of a set that was made, of all together where there are several, and pale
/// those of its pictures as float32 (0 = not known).
std::string parts_chart(std::span<const ByteStep> parts, int64_t together, int64_t as_floats);

/// For each net one plot: full, random, small; every seed a dot, the mean a tick, its 95 % interval
/// a band. The axis fits the data and says so when it does not begin at zero. `metric`: which of
/// the evidence's. `small`: what the small set is called.
std::string evidence_chart(const Evidence& evidence, size_t metric, std::string_view small = "kept");

/// Seconds and peak memory of each stage, each against the largest.
std::string stage_chart(std::span<const StageRecord> stages);

/// Bytes left after each step (dark) and what the step took away (pale), with their share of the
/// first step's. Where the second step leaves less than a third, once more from there on.
std::string waterfall_chart(std::span<const ByteStep> steps);

/// For each net with cells that are matched by bytes: the mean of each set against its bytes, on a
/// logarithmic axis, one line per set; everything's mean as a level, and the kept set where
/// `small_bytes` puts it. Empty where there are none. `metric` and `small` as above.
std::string bytes_chart(const Evidence& evidence, size_t metric, int64_t small_bytes, std::string_view small = "kept");

/// Rows (pale) and kept (dark) of each bin, one scale for all. Above kMostRows bins: columns.
std::string bins_chart(std::span<const PartRecord> bins);

/// Share of the set that each class has before and after. Above kMostRows classes: a histogram of
/// the kept fraction, and the classes whose share changed most.
std::string balance_chart(std::span<const PartRecord> classes);

/// What is kept of each class (dark) of what the source has of it (pale), with a mark where as many
/// random rows would be on average. Above kMostRows classes: balance_chart().
std::string kept_of_each_chart(std::span<const PartRecord> classes, double random_share);

/// The classes, at most `count`, whose share of the set changed most by ratio (a class that
/// vanished first); ties in the given order. Empty classes have no share to change and are left
/// out.
std::vector<PartRecord> most_changed(std::span<const PartRecord> classes, size_t count);

struct Column {
  double height = 0;  ///< of the pale column
  double dark = 0;    ///< part of it drawn dark from below
  std::string title;  ///< shown on hover
};
/// Upright columns on one base line, with labels under both ends.
std::string columns_chart(std::span<const Column> columns, std::string_view left, std::string_view right);

/// "43.20%": `part` of `whole` as an SVG length, within 0…100.
std::string length(double part, double whole);

/// Round positions for an axis, `about` that many of them, inside [low, high]. REQUIRES: low <
/// high.
std::vector<double> ticks(double low, double high, int about);

}  // namespace decant::report
