// Masks of outlines and of COCO's text read slowly, pixel by pixel, and the fast ones compared with
// them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/errors.h"
#include "decant/data/runs.h"
#include "decant/data/walked_outline_for_tests.h"
#include "decant/formats/coco/rle.h"

namespace decant::coco::plain {

using namespace decant::plain;

/// Of each character 5 bits and whether more follow, low bits first; the highest bit of the last is
/// the sign. From the fourth number on, what is written is what is to be added to the number two
/// before. Nothing for other characters, an end inside a number, more than nine characters for one,
/// and runs below 0 or beyond 2^40.
inline std::optional<Runs> runs_of_text(std::string_view text) {
  Runs runs;
  std::vector<bool> bits;
  for (size_t i = 0; i < text.size(); ++i) {
    const int c = static_cast<unsigned char>(text[i]) - 48;
    if (c < 0 || c > 63) return std::nullopt;
    for (int bit = 0; bit < 5; ++bit) bits.push_back((c >> bit & 1) != 0);
    if (bits.size() > 45) return std::nullopt;
    if ((c & 32) != 0) continue;
    int64_t number = 0;
    for (size_t bit = 0; bit < bits.size(); ++bit) {
      const int64_t weight = int64_t{1} << bit;
      if (bits[bit]) number += bit + 1 == bits.size() ? -weight : weight;
    }
    if (runs.size() >= 3) number += runs[runs.size() - 2];
    if (number < 0 || number > int64_t{1} << 40) return std::nullopt;
    runs.push_back(number);
    bits.clear();
  }
  return bits.empty() ? std::optional(runs) : std::nullopt;
}

inline void require_same_runs(std::string_view text) {
  const std::optional<Runs> fast = runs_from(text);
  DECANT_CHECK(fast == runs_of_text(text), ==, true);
  if (fast) DECANT_CHECK(*runs_of_text(text_of(*fast)) == *fast, ==, true);
}

/// Area, box, and what is shared with another mask of the same picture.
inline void require_same_facts(const Runs& runs, const Runs& other, int64_t height) {
  const Pixels pixels = pixels_of(runs), others = pixels_of(other);
  int64_t area = 0, common = 0;
  Box box{1e9, 1e9, 0, 0};
  for (size_t at = 0; at < pixels.size(); ++at) {
    if (!pixels[at]) continue;
    ++area;
    common += others[at] ? 1 : 0;
    const auto x = static_cast<double>(static_cast<int64_t>(at) / height), y = static_cast<double>(static_cast<int64_t>(at) % height);
    box = {std::min(box.x0, x), std::min(box.y0, y), std::max(box.x1, x + 1), std::max(box.y1, y + 1)};
  }
  DECANT_CHECK(area_of(runs), ==, area);
  DECANT_CHECK(common_area(runs, other), ==, common);
  DECANT_CHECK(box_of(runs, height) == (area == 0 ? Box() : box), ==, true);
}

struct Drawing {
  int64_t height = 1;
  int64_t width = 1;
  std::vector<std::vector<double>> polygons;
};

/// What bytes mean as polygons in a small picture: sides, then two bytes for each coordinate, in
/// steps of a pixel, a fifth, or none that the grid knows; a coordinate of −32768 begins a polygon.
inline Drawing drawing_from(std::string_view bytes) {
  const auto byte_at = [&](size_t at) { return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0; };
  Drawing drawing{.height = 1 + byte_at(0) % 48, .width = 1 + byte_at(1) % 48, .polygons = {}};
  constexpr double steps[] = {1, .2, .1, 1 / 7.};
  const double step = steps[byte_at(2) % 4];
  std::vector<double> points;
  const auto finish = [&] {
    points.resize(points.size() / 2 * 2);
    if (points.size() >= 6) drawing.polygons.push_back(points);
    points.clear();
  };
  constexpr size_t most_points = 64;  // each edge is walked step by step
  constexpr int furthest = 1024;
  for (size_t at = 3; at + 1 < bytes.size() && at < 3 + 4 * most_points; at += 2) {
    const auto value = static_cast<int16_t>(byte_at(at) | byte_at(at + 1) << 8);
    if (value == -32768)
      finish();
    else
      points.push_back(step * (value % furthest));
  }
  finish();
  return drawing;
}

inline void require_same_drawing(std::string_view bytes) {
  const Drawing drawing = drawing_from(bytes);
  if (drawing.polygons.empty()) return;
  const int64_t height = drawing.height, width = drawing.width;
  Pixels any(static_cast<size_t>(height * width));
  Runs runs;
  for (const std::vector<double>& polygon : drawing.polygons) {
    const Pixels pixels = pixels_of_polygon(polygon, height, width);
    runs = runs_of_polygon(polygon, height, width);
    DECANT_CHECK(cover(runs, height, width), ==, true);
    DECANT_CHECK(pixels_of(runs) == pixels, ==, true);
    for (size_t at = 0; at < any.size(); ++at) any[at] = any[at] || pixels[at];
  }
  const Runs together = runs_of_polygons(drawing.polygons, height, width);
  DECANT_CHECK(pixels_of(together) == any, ==, true);
  DECANT_CHECK(runs_from(text_of(together)) == together, ==, true);
  require_same_facts(together, runs, height);
  require_same_facts(runs, together, height);
}

/// Throws BugError where masks of these bytes, as a text and as polygons, differ.
inline void compare_masks_of(std::string_view bytes) {
  require_same_runs(bytes);
  require_same_drawing(bytes);
}

}  // namespace decant::coco::plain
