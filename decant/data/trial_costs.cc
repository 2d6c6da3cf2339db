#include "decant/data/trial_costs.h"

#include <algorithm>
#include <fmt/format.h>

#include "decant/base/text.h"

namespace decant {
namespace {

constexpr const char* kUnknown = "–";

std::string seconds_text(double seconds) {
  return fmt::format("{:.{}f}", seconds, seconds < 100 ? 1 : 0);
}

}  // namespace

std::string ArmCost::each_text() const {
  return timed == 0 ? kUnknown : seconds_text(seconds / static_cast<double>(timed));
}

std::string ArmCost::all_text() const {
  return timed < stages ? kUnknown : seconds_text(seconds);
}

std::vector<ArmCost> costs_of(const TrialRecord& record) {
  std::vector<ArmCost> costs;
  for (const TrialRecord::StageTime& stage : record.stages) {
    auto found = std::ranges::find(costs, stage.arm, &ArmCost::arm);
    if (found == costs.end()) found = costs.insert(costs.end(), ArmCost{.arm = stage.arm});
    ++found->stages;
    found->kept += stage.kept ? 1 : 0;
    found->timed += stage.seconds ? 1 : 0;
    found->seconds += stage.seconds.value_or(0);
  }
  return costs;
}

std::string costs_sentence(const TrialRecord& record) {
  if (record.peak_rss_bytes == 0) return {};
  return fmt::format("This call took {} and at most {} of memory.\n", human_seconds(record.seconds), human_bytes(record.peak_rss_bytes));
}

}  // namespace decant
