#include <fmt/format.h>

#include "decant/report/html.h"
#include "decant/report/page/charts.h"
#include "decant/report/page/sections.h"

namespace decant::report {

std::string bytes_section(const Facts& facts) {
  if (!facts.reduction) return {};
  const ReductionFacts& reduction = *facts.reduction;
  const std::string note = fmt::format("<p>{}</p><p>{}</p>", prose(reduction.saving), prose(reduction.against_recoded));
  return section("bytes", "Where the bytes went", note, waterfall_chart(reduction.steps));
}

}  // namespace decant::report
