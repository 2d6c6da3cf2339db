#include "decant/evaluate/judges/list.h"

#include <algorithm>
#include <utility>

#include "decant/base/errors.h"

namespace decant::evaluate {
namespace {

using Maker = std::function<std::unique_ptr<Judge>(const Tools&)>;

std::vector<std::pair<std::string, Maker>>& judges() {
#define DECANT_ENTRY(name, make) {name, make},
  static std::vector<std::pair<std::string, Maker>> list = {DECANT_JUDGES(DECANT_ENTRY)};
#undef DECANT_ENTRY
  return list;
}

}  // namespace

std::vector<std::string> judge_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : judges()) names.push_back(name);
  return names;
}

std::unique_ptr<Judge> make_judge(const std::string& name, const Tools& tools) {
  for (const auto& [known, make] : judges()) {
    if (name == known) return make(tools);
  }
  throw BugError(fmt::format("unknown judge '{}'", name));
}

std::string add_judge(std::string name, Maker make) {
  DECANT_CHECK(std::ranges::count(judge_names(), name), ==, 0);
  return judges().emplace_back(std::move(name), std::move(make)).first;
}

}  // namespace decant::evaluate
