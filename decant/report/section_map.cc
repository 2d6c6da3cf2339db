#include <fmt/format.h>

#include "decant/base/json.h"
#include "decant/base/options.h"
#include "decant/report/html.h"
#include "decant/report/sections.h"

namespace decant::report {
namespace {

std::string caption(size_t drawn, int64_t of) {
  if (static_cast<int64_t>(drawn) == of) {
    return fmt::format("All {} rows, or as many as the screen has room for.", human_count(of));
  }
  return fmt::format(
      "{} of {} rows, or as many as the screen has room for, drawn at random; kept and left-out rows in their true proportion.",
      human_count(static_cast<int64_t>(drawn)), human_count(of));
}

std::string choice(const char* value, const char* name, bool checked) {
  return fmt::format("<label><input type=\"radio\" name=\"colour\" value=\"{}\"{}><span>{}</span></label>", value,
                     checked ? " checked" : "", name);
}

std::string controls(bool bins, bool classes) {
  std::string out = "<div class=\"controls\"><fieldset><legend>colour by</legend>" + choice("kept", "kept", true);
  if (bins) out += choice("bin", "bin", false);
  if (classes) out += choice("class", "class", false);
  return out + "</fieldset></div>";
}

}  // namespace

std::string map_section(const ReportInput& input, const RowFacts& rows, uint64_t seed) {
  if (input.map.rows == 0) return {};
  const std::vector<int64_t> sample = sample_rows(rows, input.map, kMapPoints, seed);
  if (sample.empty()) return {};
  int64_t of = 0;
  for (int64_t row = 0; row < input.map.rows; ++row) of += rows.bins[static_cast<size_t>(row)] != kNoBin;
  const std::string note = fmt::format(
      "<p>Rows that look alike lie close together. Directions and distances across the map mean nothing.</p>"
      "<p class=\"small\">{}</p>",
      prose(caption(sample.size(), of)));
  const bool classes = input.source && class_count(*input.source) > 1;
  const std::string body = controls(rows.bin_count > 1, classes) +
                           "<div class=\"map\"><canvas id=\"map-canvas\" aria-label=\"map of the rows\"></canvas><div "
                           "id=\"map-tip\" hidden></div></div>"
                           "<div id=\"map-legend\" class=\"legend\"></div><noscript><p>The map needs JavaScript.</p></noscript>\n";
  return section("map", "Map", note, body + json_block("map-data", pack_map(input, rows, sample)));
}

}  // namespace decant::report
