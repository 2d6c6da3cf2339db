#include "decant/formats/object_notes.h"

#include <algorithm>
#include <cctype>
#include <fmt/core.h>
#include <utility>

#include "decant/base/text.h"

namespace decant {
namespace {

constexpr int64_t kNamed = 3;      // of faults of one kind, those that are named
constexpr size_t kMostNames = 10;  // of classes of nearly one name, those that are named

/// Names that differ in case and spaces alone are one to whoever wrote them.
std::string folded(std::string_view name) {
  std::string own;
  for (const char c : name) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) own += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return own;
}

}  // namespace

void FaultTally::add(std::string_view what, const std::string& place) {
  auto found = entries_.find(what);
  if (found == entries_.end()) found = entries_.emplace(std::string(what), Entry()).first;
  Entry& entry = found->second;
  if (entry.count++ < kNamed) entry.first += (entry.first.empty() ? "" : ", ") + place;
}

int64_t FaultTally::count(std::string_view what) const {
  const auto found = entries_.find(what);
  return found == entries_.end() ? 0 : found->second.count;
}

void FaultTally::report(const std::string& place, const std::string& thing, const std::string& things, bool warns,
                        std::vector<Oddity>& oddities) const {
  for (const auto& [what, entry] : entries_)
    oddities.push_back(
        {place, fmt::format("{} {}: {} (first: {})", human_count(entry.count), entry.count == 1 ? thing : things, what, entry.first),
         warns});
}

void note_faults(const std::string& place, const Objects& objects, const std::function<std::string(int64_t object)>& where,
                 std::vector<Oddity>& oddities) {
  FaultTally broken;
  FaultTally outlines;
  for (const ObjectFault& fault : objects.faults) {
    const bool whole = (objects.flags[static_cast<size_t>(fault.object)] & ObjectFlag::broken) != 0;
    (whole ? broken : outlines).add(fault.reason, where(fault.object));
  }
  broken.report(place, "object is broken and left out of choosing, but stays in the file",
                "objects are broken and left out of choosing, but stay in the file", true, oddities);
  outlines.report(place, "object's outline is broken; its box is used", "objects' outlines are broken; their boxes are used", false,
                  oddities);
}

void note_classes(const std::string& place, const std::vector<std::string>& classes, std::span<const int64_t> amounts,
                  std::string_view things, std::vector<Oddity>& oddities) {
  const int64_t empty = std::ranges::count(amounts, 0);
  if (empty > 0) {
    const auto first = static_cast<size_t>(std::ranges::find(amounts, 0) - amounts.begin());
    oddities.push_back({place, fmt::format("{} of {} classes {} no {} (first: '{}')", empty, amounts.size(), empty == 1 ? "has" : "have",
                                           things, classes[first])});
  }
  std::map<std::string, size_t> names;
  for (size_t i = 0, named = 0; i < classes.size() && named < kMostNames; ++i) {
    const auto [known, is_new] = names.emplace(folded(classes[i]), i);
    if (is_new) continue;
    ++named;
    oddities.push_back(
        {place, fmt::format("the classes '{}' and '{}' have nearly the same name; they count as two", classes[known->second], classes[i]),
         amounts[i] > 0 && amounts[known->second] > 0});
  }
}

void note_quietly(std::vector<Oddity>& of_other_rows, std::vector<Oddity>& oddities) {
  for (Oddity& oddity : of_other_rows) oddities.push_back({std::move(oddity.place), std::move(oddity.what)});
  of_other_rows.clear();
}

std::vector<int64_t> objects_per_class(const Objects& objects, size_t classes) {
  std::vector<int64_t> counts(classes);
  for (const int32_t label : objects.labels) {
    if (label != kNoLabel) ++counts[static_cast<size_t>(label)];
  }
  return counts;
}

}  // namespace decant
