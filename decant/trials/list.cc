#include "decant/trials/list.h"

#include "decant/base/errors.h"
#include "decant/base/text.h"

namespace decant::trials {

std::vector<std::string> trial_names() {
#define DECANT_NAME(name, make) name,
  return {DECANT_TRIALS(DECANT_NAME)};
#undef DECANT_NAME
}

std::unique_ptr<Trial> make_trial(const std::string& name, const evaluate::Tools& tools) {
#define DECANT_MAKE(listed, make) \
  if (name == listed) return make(tools);
  DECANT_TRIALS(DECANT_MAKE)
#undef DECANT_MAKE
  throw UsageError(unknown_name("trial", name, trial_names()));
}

}  // namespace decant::trials
