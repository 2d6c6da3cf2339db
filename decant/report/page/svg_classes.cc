#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "decant/base/text.h"
#include "decant/report/html.h"
#include "decant/report/page/charts.h"

namespace decant::report {
namespace {

struct Totals {
  double rows = 0;
  double kept = 0;
};

Totals totals(std::span<const PartRecord> parts) {
  Totals sum;
  for (const PartRecord& part : parts) {
    sum.rows += static_cast<double>(part.rows);
    sum.kept += static_cast<double>(part.kept);
  }
  return sum;
}

double share(int64_t part, double whole) {
  return whole > 0 ? static_cast<double>(part) / whole : 0;
}

/// How far the class's share moved, as |log ratio|; infinite for a class that vanished.
double change(const PartRecord& part, const Totals& sum) {
  const double before = share(part.rows, sum.rows);
  const double after = share(part.kept, sum.kept);
  return after > 0 ? std::abs(std::log(after / before)) : std::numeric_limits<double>::infinity();
}

/// Shares among many classes are small: two decimals then.
std::string share_text(double value, double largest) {
  return largest < 0.02 && value > 0 ? fmt::format("{:.2f} %", 100 * value) : percent(value, 1);
}

std::string row(const PartRecord& part, const Totals& sum, double largest) {
  const double before = share(part.rows, sum.rows);
  const double after = share(part.kept, sum.kept);
  return fmt::format(
      "<span class=\"name\">{}</span><svg class=\"bar pair\" height=\"18\" aria-hidden=\"true\"><rect "
      "class=\"before\" width=\"{}\" height=\"8\" "
      "rx=\"1.5\"/><rect class=\"kept\" y=\"9\" width=\"{}\" height=\"8\" rx=\"1.5\"/></svg><span "
      "class=\"value\" title=\"{} of {} kept\">{} → "
      "<b>{}</b></span>\n",
      escape(part.name), length(before, largest), length(after, largest), human_count(part.kept), human_count(part.rows),
      prose(share_text(before, largest)), prose(share_text(after, largest)));
}

std::string rows(std::span<const PartRecord> shown, const Totals& sum) {
  double largest = 0;
  for (const PartRecord& part : shown) largest = std::max({largest, share(part.rows, sum.rows), share(part.kept, sum.kept)});
  std::string out = "<div class=\"rows\">";
  for (const PartRecord& part : shown) out += row(part, sum, largest);
  return out + "</div>\n";
}

/// How many classes keep which fraction of their rows: twenty steps between the least and the most,
/// outwards to whole per cents.
std::string histogram(std::span<const PartRecord> classes) {
  constexpr size_t steps = 20;
  double low = 1;
  double high = 0;
  for (const PartRecord& part : classes) {
    if (part.rows == 0) continue;
    low = std::min(low, std::floor(100 * share(part.kept, static_cast<double>(part.rows))) / 100);
    high = std::max(high, std::ceil(100 * share(part.kept, static_cast<double>(part.rows))) / 100);
  }
  if (high <= low) high = low + 0.01;
  std::vector<Column> columns(steps);
  for (const PartRecord& part : classes) {
    if (part.rows == 0) continue;
    const double at = (share(part.kept, static_cast<double>(part.rows)) - low) / (high - low) * steps;
    Column& column = columns[std::min(steps - 1, static_cast<size_t>(std::max(0.0, at)))];
    column.height += 1;
    column.dark += 1;
  }
  for (size_t i = 0; i < steps; ++i) {
    const auto edge = [&](size_t step) { return percent(low + (high - low) * static_cast<double>(step) / steps, 1); };
    columns[i].title = fmt::format("{:.0f} classes keep {} to {}", columns[i].height, edge(i), edge(i + 1));
  }
  return columns_chart(columns, percent(low, 1) + " of the class kept", percent(high, 1));
}

}  // namespace

std::vector<PartRecord> most_changed(std::span<const PartRecord> classes, size_t count) {
  const Totals sum = totals(classes);
  std::vector<PartRecord> sorted;
  for (const PartRecord& part : classes) {
    if (part.rows > 0) sorted.push_back(part);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [&](const PartRecord& a, const PartRecord& b) { return change(a, sum) > change(b, sum); });
  if (sorted.size() > count) sorted.resize(count);
  return sorted;
}

std::string kept_of_each_chart(std::span<const PartRecord> classes, double random_share) {
  if (classes.size() > kMostRows) return balance_chart(classes);
  std::string out = "<div class=\"rows\">";
  for (const PartRecord& part : classes) {
    out += fmt::format(
        "<span class=\"name\">{}</span><svg class=\"bar\" height=\"14\" aria-hidden=\"true\"><rect class=\"before\" width=\"100%\" "
        "height=\"14\" rx=\"1.5\"/><rect class=\"kept\" width=\"{}\" height=\"14\" rx=\"1.5\"/><rect class=\"expected\" x=\"{}\" "
        "width=\"2\" height=\"14\"/></svg><span class=\"value\" title=\"random rows: {}\"><b>{}</b> of {}</span>\n",
        escape(part.name), length(static_cast<double>(part.kept), static_cast<double>(part.rows)), length(random_share, 1),
        human_count(std::llround(random_share * static_cast<double>(part.rows))), human_count(part.kept), human_count(part.rows));
  }
  return out + "</div>\n";
}

std::string balance_chart(std::span<const PartRecord> classes) {
  const Totals sum = totals(classes);
  if (classes.size() <= kMostRows) return rows(classes, sum);
  return fmt::format(
      "<figure><figcaption>How many of the {} classes keep which fraction</figcaption>{}</figure>"
      "<figure><figcaption>The {} classes whose share changed most</figcaption>{}</figure>",
      human_count(static_cast<int64_t>(classes.size())), histogram(classes), kMostRows / 2,
      rows(most_changed(classes, kMostRows / 2), sum));
}

}  // namespace decant::report
