// Options of a call: pairs of a name, as on the command line and without dashes, and a text.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "decant/base/options.h"

namespace decant::python {

using OptionTexts = std::vector<std::pair<std::string, std::string>>;

/// Throws UsageError for an unknown name, with the nearest one, and for a text that does not parse.
/// `call`: the name of the function, for the message.
void set_options(OptionTable& table, const OptionTexts& options, const std::string& call);

}  // namespace decant::python
