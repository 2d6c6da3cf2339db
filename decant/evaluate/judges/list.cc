#include "decant/evaluate/judges/list.h"

#include "decant/base/errors.h"

namespace decant::evaluate {

const std::vector<std::string>& judge_names() {
#define DECANT_NAME(name, make) name,
  static const std::vector<std::string> names = {DECANT_JUDGES(DECANT_NAME)};
#undef DECANT_NAME
  return names;
}

std::unique_ptr<Judge> make_judge(const std::string& name, const Tools& tools) {
#define DECANT_MAKE(known, make) \
  if (name == known) return make(tools);
  DECANT_JUDGES(DECANT_MAKE)
#undef DECANT_MAKE
  throw BugError(fmt::format("there is no judge '{}'", name));
}

}  // namespace decant::evaluate
