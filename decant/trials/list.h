// Every trial, by the name that users type. Adding one: write NAME.cc with its make_ function, and
// add one line here.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "decant/trials/trial.h"

// Help lists their options in this order.
#define DECANT_TRIALS(entry) \
  entry("continual", make_continual) entry("federated", make_federated) entry("search", make_search) entry("membership", make_membership)

namespace decant::trials {

#define DECANT_DECLARE(name, make) std::unique_ptr<Trial> make(const evaluate::Tools& tools);
DECANT_TRIALS(DECANT_DECLARE)
#undef DECANT_DECLARE

std::vector<std::string> trial_names();
/// Throws UsageError for an unknown name, with the nearest one.
std::unique_ptr<Trial> make_trial(const std::string& name, const evaluate::Tools& tools);

}  // namespace decant::trials
