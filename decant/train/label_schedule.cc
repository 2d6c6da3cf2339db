#include "decant/train/label_schedule.h"

#include <algorithm>
#include <deque>
#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/train/label_schedules/list.h"

namespace decant::train {
namespace {

/// A deque: adding one leaves the others where they are.
std::deque<LabelSchedule>& label_schedules() {
  static std::deque<LabelSchedule> all = {always_soft(), soft_hard_soft(), falling_temperature()};
  return all;
}

}  // namespace

const LabelSchedule& label_schedule_named(const std::string& name) {
  const auto found = std::ranges::find(label_schedules(), name, &LabelSchedule::name);
  if (found != label_schedules().end()) return *found;
  throw InputError({"", "label-schedule", unknown_name("schedule of labels", name, label_schedule_names()),
                    fmt::format("Use {}", fmt::join(label_schedule_names(), " or "))});
}

std::vector<std::string> label_schedule_names() {
  std::vector<std::string> names;
  for (const LabelSchedule& schedule : label_schedules()) names.push_back(schedule.name);
  return names;
}

const LabelSchedule& add_label_schedule(LabelSchedule schedule) {
  DECANT_CHECK(std::ranges::count(label_schedules(), schedule.name, &LabelSchedule::name), ==, 0);
  return label_schedules().emplace_back(std::move(schedule));
}

}  // namespace decant::train
