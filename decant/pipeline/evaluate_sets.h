// evaluate: the small set on trial. Networks trained on everything, on random rows of the same number, and on the small set.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/evaluate/evaluate.h"

namespace decant {

struct EvaluateOptions {
  std::string full;             ///< the data set
  std::filesystem::path small;  ///< what `compress` wrote
  std::string nets = "quick";   ///< comma-separated
  int seeds = 3;
  train::TrainOptions training;
  int epochs = 0;         ///< instead of steps: passes over the FULL set, whose steps every run then takes
  bool no_flip = false;   ///< for pictures whose mirror image means something else (digits, letters)
  double hold_out = 0.2;  ///< share of rows held out when the data set has no test split

  void declare(OptionTable& table);
};

/// Also writes evidence.json into the small set's folder and renders its report again. With no test split, `hold_out` of the readable
/// rows (class-balanced, by seed) are taken out of full, random and small alike; the protocol line says so.
/// Throws InputError when the small set was not made from the full one (its digest is checked).
evaluate::Evidence evaluate_sets(const EvaluateOptions& options, const Context& context);

/// As a table for people: net, set, rows, accuracy ± 95 % interval, difference to random.
std::string evidence_table(const evaluate::Evidence& evidence);

}  // namespace decant
