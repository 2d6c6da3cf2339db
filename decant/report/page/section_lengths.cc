#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/report/html.h"
#include "decant/report/page/charts.h"
#include "decant/report/page/sections.h"

namespace decant::report {
namespace {

std::string length_name(const LengthClass& each) {
  const std::string last = human_count(each.to);
  if (each.from == each.to) return fmt::format("{} {}", last, each.to == 1 ? "word" : "words");
  return fmt::format("{} to {} words", human_count(each.from), last);
}

}  // namespace

std::string lengths_section(const Facts& facts) {
  if (!facts.lengths) return {};
  const LengthFacts& lengths = *facts.lengths;
  std::vector<PartRecord> parts;
  for (const LengthClass& each : lengths.classes) parts.push_back({length_name(each), each.rows, each.kept});
  std::string note =
      fmt::format("<p>Share of the records by their number of words, before and after. On average {:.0f} → <b>{:.0f}</b>.</p>",
                  lengths.words, lengths.kept_words);
  if (lengths.stride > 1) note += fmt::format("<p class=\"small\">Counted in one record of {}.</p>", lengths.stride);
  return section("lengths", "Length", note, kBeforeAndKept + balance_chart(parts));
}

}  // namespace decant::report
