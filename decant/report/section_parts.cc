#include <algorithm>
#include <fmt/format.h>

#include "decant/base/options.h"
#include "decant/report/charts.h"
#include "decant/report/html.h"
#include "decant/report/sections.h"

namespace decant::report {
namespace {

constexpr const char* kLegend =
    "<p class=\"legend small\"><span><i class=\"swatch before\"></i>before</span> <span><i class=\"swatch "
    "kept\"></i>kept</span></p>";

double kept_fraction(const Part& part) {
  return static_cast<double>(part.kept) / static_cast<double>(part.rows);
}

/// "Every bin keeps 20 % of its rows.", or from which bin to which. `prefix`: "bin " before the names.
std::string range_sentence(std::span<const Part> parts, const std::string& each, const std::string& prefix = "") {
  const Part* least = nullptr;
  const Part* most = nullptr;
  for (const Part& part : parts) {
    if (part.rows == 0) continue;
    if (!least || kept_fraction(part) < kept_fraction(*least)) least = &part;
    if (!most || kept_fraction(part) > kept_fraction(*most)) most = &part;
  }
  if (!least) return {};
  const std::string low = percent(kept_fraction(*least), 1);
  const std::string high = percent(kept_fraction(*most), 1);
  if (low == high) return fmt::format("Every {} keeps {} of its rows.", each, low);
  return fmt::format("A {} keeps between {} ({}{}) and {} ({}{}) of its rows.", each, low, prefix, least->name, high, prefix, most->name);
}

/// "3 classes have no row left: a, b, c."
std::string vanished_sentence(std::span<const Part> classes) {
  constexpr size_t most = 10;
  size_t count = 0;
  std::string names;
  for (const Part& part : classes) {
    if (part.rows == 0 || part.kept > 0) continue;
    if (++count <= most) names += (names.empty() ? "" : ", ") + part.name;
  }
  if (count == 0) return {};
  return fmt::format("{} {} no row left: {}{}.", count, count == 1 ? "class has" : "classes have", names, count > most ? ", …" : "");
}

}  // namespace

std::string bins_section(const RunFacts& facts) {
  if (facts.bins.size() < 2) return {};  // all rows in one bin: nothing to compare
  const std::string what = "Bins are filled one after another: the first with what is typical, the last with what is unusual.";
  const std::string note = fmt::format("<p>{}</p><p>{}</p>", prose(what), prose(range_sentence(facts.bins, "bin", "bin ")));
  return section("bins", "Bins", note, kLegend + bins_chart(facts.bins));
}

std::string classes_section(const RunFacts& facts) {
  if (facts.classes.empty()) return {};
  std::string note = fmt::format("<p>The share of the set that each class has, before and after.</p><p>{}</p>",
                                 prose(range_sentence(facts.classes, "class")));
  if (const std::string vanished = vanished_sentence(facts.classes); !vanished.empty())
    note += fmt::format("<p class=\"warn\">{}</p>", prose(vanished));
  return section("classes", "Classes", note, kLegend + balance_chart(facts.classes));
}

}  // namespace decant::report
