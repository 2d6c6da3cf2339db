#include "decant/select/engine/objective.h"

#include <algorithm>
#include <fmt/format.h>

#include "decant/base/errors.h"

namespace decant {

const std::vector<std::string>& function_names() {
  static const std::vector<std::string> names{"graph-cut",          "graph-cut-dot", "graph-cut-euclidean",
                                              "graph-cut-gradient", "herding",       "disparity-sum"};
  return names;
}

std::string_view name_of(Function function) {
  return function_names()[static_cast<size_t>(function)];
}

Function parse_function(std::string_view name) {
  const auto& names = function_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<Function>(found - names.begin());
  throw InputError(
      {"", "", fmt::format("'{}' is no function to cut bins with", name), fmt::format("Choose one of {}", fmt::join(names, ", "))});
}

bool takes_lambda(Function function) {
  return function == Function::graph_cut || function == Function::graph_cut_dot || function == Function::graph_cut_gradient;
}

LinearForm linear_form(Function function, double lambda) {
  LinearForm form;
  switch (function) {
    case Function::graph_cut:
      form.unit = true;
      form.start = lambda / 2;
      form.pick = 1;
      form.gain_pool = lambda / 2;
      form.gain_picked = -1;
      return form;
    case Function::graph_cut_dot:
      form.start = lambda;
      form.pick = 2;
      return form;
    case Function::graph_cut_euclidean:
      form.squared_norm = true;
      form.start = 2;
      form.pick = 4;
      form.tau_start = -1;
      form.tau_step = 2;
      form.norms_pool = -1;
      form.norms_picked = 2;
      return form;
    case Function::herding:
      form.mean = true;
      form.start = 1;
      form.drift = 1;
      form.pick = 1;
      return form;
    case Function::disparity_sum:
      form.squared_norm = true;
      form.pick = 2;
      form.tau_step = 1;
      form.norms_picked = 1;
      return form;
    case Function::graph_cut_gradient:
      break;
  }
  throw BugError("graph-cut-gradient is not linear");
}

}  // namespace decant
