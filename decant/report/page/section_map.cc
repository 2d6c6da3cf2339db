#include <algorithm>
#include <fmt/format.h>

#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/report/html.h"
#include "decant/report/page/sections.h"

namespace decant::report {
namespace {

std::string caption(int64_t drawn, int64_t of) {
  if (drawn == of) {
    return fmt::format("All {} rows, or as many as fit on the screen.", human_count(of));
  }
  return fmt::format("{} of {} rows, or as many as fit on the screen, drawn at random; kept and dropped rows in their true proportion.",
                     human_count(drawn), human_count(of));
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

/// Little-endian numbers of a fixed width, then base64.
template <class... Columns>
std::string packed(int width, const Columns&... columns) {
  std::vector<std::byte> bytes;
  const size_t count = std::max({columns.size()...});
  const auto add = [&](auto value) {
    for (int i = 0; i < width; ++i) bytes.push_back(static_cast<std::byte>(static_cast<uint64_t>(value) >> (8 * i) & 0xFF));
  };
  for (size_t i = 0; i < count; ++i) (add(columns[i]), ...);
  return base64(bytes);
}

}  // namespace

/// {"points", "aspect", "binCount", "names", and in base64, one entry per point: "xy": uint16
/// pairs, "bin", "class": uint16, "kept": uint8, "row": uint32}
Json map_json(const MapFacts& map) {
  Json names = Json::array();
  for (const std::string& name : map.names) names.push_back(clean(name));
  return {{"points", map.rows.size()},     {"aspect", map.aspect},       {"binCount", map.bin_count},       {"names", names},
          {"xy", packed(2, map.x, map.y)}, {"bin", packed(2, map.bins)}, {"class", packed(2, map.classes)}, {"kept", packed(1, map.kept)},
          {"row", packed(4, map.rows)}};
}

std::string map_section(const Facts& facts) {
  if (!facts.map) return {};
  const MapFacts& map = *facts.map;
  const std::string note = fmt::format(
      "<p>Similar rows are close together. Directions and distances across the map have no meaning.</p>"
      "<p class=\"small\">{}</p>",
      prose(caption(std::ssize(map.rows), map.drawable)));
  const bool classes = facts.input.source && class_count(*facts.input.source) > 1;
  const std::string body = controls(map.bin_count > 1, classes) +
                           "<div class=\"map\"><canvas id=\"map-canvas\" aria-label=\"map of the rows\"></canvas><div "
                           "id=\"map-tip\" hidden></div></div>"
                           "<div id=\"map-legend\" class=\"legend\"></div><noscript><p>The map needs JavaScript.</p></noscript>\n";
  return section("map", "Map", note, body + json_block("map-data", map_json(map)));
}

}  // namespace decant::report
