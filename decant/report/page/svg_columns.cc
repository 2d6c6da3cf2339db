#include <algorithm>
#include <fmt/format.h>

#include "decant/report/html.h"
#include "decant/report/page/charts.h"

namespace decant::report {

std::string columns_chart(std::span<const Column> columns, std::string_view left, std::string_view right) {
  double tallest = 0;
  for (const Column& column : columns) tallest = std::max(tallest, column.height);
  const double slot = 100.0 / static_cast<double>(std::max<size_t>(1, columns.size()));
  const double gap = columns.size() > 200 ? 0 : slot * 0.15;
  std::string out = "<svg class=\"columns\" height=\"140\" aria-hidden=\"true\">";
  double x = 0;
  for (const Column& column : columns) {
    const double height = tallest > 0 ? 120 * column.height / tallest : 0;
    const double dark = tallest > 0 ? 120 * std::min(column.dark, column.height) / tallest : 0;
    out += fmt::format(
        "<g><title>{}</title><rect class=\"before\" x=\"{:.3f}%\" y=\"{:.1f}\" width=\"{:.3f}%\" "
        "height=\"{:.1f}\"/>",
        escape(column.title), x, 120 - height, slot - gap, height);
    out += fmt::format("<rect class=\"kept\" x=\"{:.3f}%\" y=\"{:.1f}\" width=\"{:.3f}%\" height=\"{:.1f}\"/></g>", x, 120 - dark,
                       slot - gap, dark);
    x += slot;
  }
  out += "<line class=\"base\" x1=\"0\" x2=\"100%\" y1=\"120.5\" y2=\"120.5\"/>";
  out += fmt::format(
      "<text class=\"first\" x=\"0\" y=\"136\">{}</text><text class=\"last\" x=\"100%\" "
      "y=\"136\">{}</text></svg>\n",
      escape(left), escape(right));
  return out;
}

}  // namespace decant::report
