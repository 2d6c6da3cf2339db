#include <algorithm>
#include <fmt/format.h>

#include "decant/report/html.h"
#include "decant/report/page/charts.h"
#include "decant/report/page/sections.h"

namespace decant::report {
namespace {

double kept_fraction(const PartRecord& part) {
  return static_cast<double>(part.kept) / static_cast<double>(part.rows);
}

/// "Every bin keeps 20 % of its rows.", or from which bin to which. `prefix`: "bin " before the
/// names.
std::string range_sentence(std::span<const PartRecord> parts, const std::string& each, const std::string& prefix = "") {
  const PartRecord* least = nullptr;
  const PartRecord* most = nullptr;
  for (const PartRecord& part : parts) {
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
std::string vanished_sentence(std::span<const PartRecord> classes) {
  constexpr size_t most = 10;
  size_t count = 0;
  std::string names;
  for (const PartRecord& part : classes) {
    if (part.rows == 0 || part.kept > 0) continue;
    if (++count <= most) names += (names.empty() ? "" : ", ") + part.name;
  }
  if (count == 0) return {};
  return fmt::format("{} {} no row left: {}{}.", count, count == 1 ? "class has" : "classes have", names, count > most ? ", …" : "");
}

}  // namespace

std::string bins_section(const RunRecord& run) {
  if (run.bins.size() < 2) return {};  // all rows in one bin: nothing to compare
  std::vector<PartRecord> bins = run.bins;
  for (size_t bin = 0; bin < bins.size(); ++bin) bins[bin].name = std::to_string(bin);
  const std::string what = "Bins are filled one after another, the first with typical rows, the last with unusual ones.";
  const std::string note = fmt::format("<p>{}</p><p>{}</p>", prose(what), prose(range_sentence(bins, "bin", "bin ")));
  return section("bins", "Bins", note, kBeforeAndKept + bins_chart(bins));
}

std::string classes_section(const RunRecord& run) {
  if (run.classes.empty()) return {};
  std::string note = fmt::format("<p>The share of the set that each class has, before and after.</p><p>{}</p>",
                                 prose(range_sentence(run.classes, "class")));
  if (const std::string vanished = vanished_sentence(run.classes); !vanished.empty())
    note += fmt::format("<p class=\"warn\">{}</p>", prose(vanished));
  return section("classes", "Classes", note, kBeforeAndKept + balance_chart(run.classes));
}

}  // namespace decant::report
