#include <algorithm>
#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/report/html.h"
#include "decant/report/page/charts.h"

namespace decant::report {
namespace {

std::string part_row(const std::string& name, const char* kind, int64_t bytes, int64_t largest) {
  return fmt::format(
      "<span class=\"name\">{}</span><svg class=\"bar\" height=\"16\" aria-hidden=\"true\"><rect class=\"{}\" width=\"{}\" "
      "height=\"16\" rx=\"2\"/></svg><span class=\"value\"><b>{}</b></span>\n",
      escape(name), kind, length(static_cast<double>(bytes), static_cast<double>(largest)), prose(human_bytes(bytes)));
}

}  // namespace

std::string parts_chart(std::span<const ByteStep> parts, int64_t together, int64_t as_floats) {
  const int64_t largest = std::max(together, as_floats);
  std::string out = "<figure><div class=\"rows\">";
  for (const ByteStep& part : parts) out += part_row(part.name, "kept", part.bytes, largest);
  if (parts.size() > 1) out += part_row("together", "kept", together, largest);
  if (as_floats > 0) out += part_row("as float32", "before", as_floats, largest);
  return out + "</div></figure>\n";
}

}  // namespace decant::report
