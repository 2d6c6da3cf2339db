// How a data set says that it must be trained (Dataset::training), put into a table of options.
// What was given on the command line wins.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/dataset.h"
#include "decant/train/train.h"

namespace decant {

using OptionTexts = std::map<std::string, std::string>;  ///< by name

struct SetTraining {
  OptionTexts options;         ///< as Dataset::training
  std::filesystem::path file;  ///< that says so

  /// What is left beside options that were given: none of those, and neither steps nor epochs,
  /// which answer one question, beside one of them.
  SetTraining without(const OptionTexts& given) const;
};

/// The options of `training` that a set may ask for: all but seed and device.
OptionTable asked_table(train::TrainOptions& training);

/// Sets options by name and returns those that changed: "steps 500", "no-flip". REQUIRES: names of
/// the table.
std::vector<std::string> set_texts(const OptionTexts& texts, OptionTable& table);

/// The same for what a set asks; `check` looks at the outcome. Throws InputError that names the
/// file and the option: one that `table` does not have, a value that does not parse, or one that
/// `check` refuses.
std::vector<std::string> set_training(const SetTraining& asked, OptionTable& table, const std::function<void()>& check);

/// "trained as small/run.json asks: no-flip true, steps 500"; nothing where nothing is asked.
void announce_training(const SetTraining& asked, const Context& context);

}  // namespace decant
