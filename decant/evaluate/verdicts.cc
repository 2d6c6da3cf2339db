#include <cmath>
#include <fmt/core.h>

#include "decant/base/printable.h"
#include "decant/evaluate/evidence.h"

namespace decant::evaluate {
namespace {

std::string against(const Estimate& gap, std::string_view what) {
  const double points = 100 * gap.mean;
  if (!std::isfinite(gap.half_width)) return fmt::format("{:+.1f} points against {} (one seed: no interval)", points, what);
  const double width = 100 * gap.half_width;
  const char* reading = std::abs(points) <= width ? ", no difference shown" : "";
  return fmt::format("{:+.1f} ± {:.1f} points against {}{}", points, width, what, reading);
}

std::string subject(const Cell& cell) {
  return cell.set == "small" ? "the small set" : fmt::format("{} at {:.3g} %", printable(cell.set), 100 * cell.keep);
}

}  // namespace

std::vector<std::string> verdicts(const Evidence& evidence) {
  std::vector<std::string> sentences;
  for (const Cell& cell : evidence.cells) {
    if (cell.set == "full" || cell.set == "random") continue;
    std::string sentence = fmt::format("{}: {} reaches {:.1f} %", cell.net, subject(cell), 100 * cell.mean);
    if (cell.against_random) sentence += ", " + against(*cell.against_random, "random rows of the same number");
    if (cell.against_full) sentence += ", " + against(*cell.against_full, "the full set");
    sentences.push_back(sentence);
  }
  return sentences;
}

}  // namespace decant::evaluate
