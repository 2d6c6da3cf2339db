#include "decant/select/engine/objective.h"

#include "decant/base/errors.h"

namespace decant {

namespace {

struct Objective {
  std::string name;
  bool takes_lambda;
  LinearForm (*form)(double lambda);  ///< null: not linear
};

/// In the order of the enum.
const std::vector<Objective>& objectives() {
  static const std::vector<Objective> list = {
      {"graph-cut", true,
       [](double lambda) { return LinearForm{.unit = true, .start = lambda / 2, .pick = 1, .gain_pool = lambda / 2, .gain_picked = -1}; }},
      {"graph-cut-dot", true, [](double lambda) { return LinearForm{.start = lambda, .pick = 2}; }},
      {"graph-cut-euclidean", false,
       [](double) {
         return LinearForm{
             .squared_norm = true, .start = 2, .pick = 4, .tau_start = -1, .tau_step = 2, .norms_pool = -1, .norms_picked = 2};
       }},
      {"graph-cut-gradient", true, nullptr},
      {"herding", false, [](double) { return LinearForm{.mean = true, .start = 1, .drift = 1, .pick = 1}; }},
      {"disparity-sum", false, [](double) { return LinearForm{.squared_norm = true, .pick = 2, .tau_step = 1, .norms_picked = 1}; }},
  };
  return list;
}

const Objective& objective_of(BinFunction function) {
  return objectives()[static_cast<size_t>(function)];
}

}  // namespace

const std::vector<std::string>& function_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Objective& objective : objectives()) list.push_back(objective.name);
    return list;
  }();
  return names;
}

std::string_view name_of(BinFunction function) {
  return objective_of(function).name;
}

bool takes_lambda(BinFunction function) {
  return objective_of(function).takes_lambda;
}

LinearForm linear_form(BinFunction function, double lambda) {
  const Objective& objective = objective_of(function);
  if (objective.form == nullptr) throw BugError(objective.name + " is not linear");
  return objective.form(lambda);
}

}  // namespace decant
