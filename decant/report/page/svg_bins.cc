#include <algorithm>
#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/report/html.h"
#include "decant/report/page/charts.h"

namespace decant::report {
namespace {

std::string bin_row(const PartRecord& bin, int64_t largest) {
  const auto whole = static_cast<double>(largest);
  return fmt::format(
      "<span class=\"name\">bin {}</span><svg class=\"bar\" height=\"16\" aria-hidden=\"true\"><rect "
      "class=\"before\" width=\"{}\" height=\"16\" "
      "rx=\"2\"/><rect class=\"kept\" width=\"{}\" height=\"16\" rx=\"2\"/></svg><span "
      "class=\"value\"><b>{}</b> of {}</span>\n",
      escape(bin.name), length(static_cast<double>(bin.rows), whole), length(static_cast<double>(bin.kept), whole), human_count(bin.kept),
      human_count(bin.rows));
}

std::string columns(std::span<const PartRecord> bins) {
  std::vector<Column> list;
  for (const PartRecord& bin : bins) {
    list.push_back({static_cast<double>(bin.rows), static_cast<double>(bin.kept),
                    fmt::format("bin {}: {} of {} kept", bin.name, human_count(bin.kept), human_count(bin.rows))});
  }
  return columns_chart(list, "bin " + bins.front().name, "bin " + bins.back().name);
}

}  // namespace

std::string bins_chart(std::span<const PartRecord> bins) {
  if (bins.size() > kMostRows) return columns(bins);
  int64_t largest = 0;
  for (const PartRecord& bin : bins) largest = std::max(largest, bin.rows);
  std::string out = "<div class=\"rows\">";
  for (const PartRecord& bin : bins) out += bin_row(bin, largest);
  return out + "</div>\n";
}

}  // namespace decant::report
