// From argv to a verb whose options are set.
#pragma once

#include <string>
#include <vector>

#include "apps/cli/verbs.h"

namespace decant::cli {

struct Invocation {
  const Verb* verb = nullptr;  ///< null: `text` (help or version) is all there is to do
  Globals globals;
  std::string text;
};

/// Throws UsageError with a suggestion when a verb or option is not known. The order of precedence
/// is command line, then --config (a TOML file: keys at the top, or under [verb]), then the
/// default.
Invocation parse(int argc, const char* const* argv, const std::vector<VerbGroup>& groups);

/// argv as one line that a POSIX shell would split the same way.
std::string quoted(int argc, const char* const* argv);

}  // namespace decant::cli
