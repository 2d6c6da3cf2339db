#include "decant/pipeline/judging/evidence_table.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "decant/base/options.h"
#include "decant/base/printable.h"

namespace decant {
namespace {

/// "+1.20 ± 0.31": in points.
std::string gap_in_points(const std::optional<Estimate>& gap) {
  if (!gap) return {};
  const std::string points = fmt::format("{:+.2f}", 100 * gap->mean);
  return std::isfinite(gap->half_width) ? points + fmt::format(" ± {:.2f}", 100 * gap->half_width) : points;
}

std::string accuracy_of(const evaluate::Cell& cell) {
  const std::string mean = fmt::format("{:.2f}", 100 * cell.mean);
  return std::isfinite(cell.ci95) ? mean + fmt::format(" ± {:.2f}", 100 * cell.ci95) : mean;
}

using TextTable = std::vector<std::vector<std::string>>;

size_t letters(const std::string& text) {  // of UTF-8
  return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Columns as wide as their widest entry; `right`: which of them are set flush right.
std::string laid_out(TextTable table, const std::vector<bool>& right) {
  for (auto& row : table) std::ranges::transform(row, row.begin(), [](const std::string& cell) { return printable(cell); });
  std::vector<size_t> widths(right.size());
  for (const auto& row : table) {
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], letters(row[c]));
  }
  std::string text;
  for (const auto& row : table) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string space(widths[c] - letters(row[c]), ' ');
      line += (c == 0 ? "" : "  ") + (right[c] ? space + row[c] : row[c] + space);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string orders_table(const std::vector<evaluate::Order>& orders) {
  if (orders.empty()) return {};
  TextTable table = {{"rows", "network", "τ", "gain kept", "sets, best first"}};
  for (const evaluate::Order& order : orders) {
    std::string sets;
    for (const std::string& set : order.best_first) sets += (sets.empty() ? "" : ", ") + set;
    table.push_back({human_count(order.rows), order.net, std::isfinite(order.tau) ? fmt::format("{:+.2f}", order.tau) : "–",
                     std::isfinite(order.gain_kept) ? fmt::format("{:.0f} %", 100 * order.gain_kept) : "–", sets});
  }
  return "\nDo the networks agree? τ is Kendall's, with the order of the first; the gain is that over random, beside the first's.\n" +
         laid_out(table, {true, false, true, true, false});
}

}  // namespace

std::string evidence_table(const evaluate::Evidence& evidence) {
  TextTable table = {{"network", "set", "keep", "rows", "accuracy, %", "against random", "against full", "protocol"}};
  for (const evaluate::Cell& cell : evidence.cells) {
    table.push_back({cell.net, cell.set, fmt::format("{:.3g} %", 100 * cell.keep), human_count(cell.rows), accuracy_of(cell),
                     gap_in_points(cell.against_random), gap_in_points(cell.against_full), cell.protocol});
  }
  return laid_out(table, {false, false, true, true, true, true, true, false}) + evidence.protocol + "\n" +
         orders_table(evaluate::orders(evidence));
}

}  // namespace decant
