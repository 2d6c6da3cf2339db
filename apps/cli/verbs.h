// All verbs, by what a person wants of them.
#pragma once

#include <string>
#include <vector>

#include "apps/cli/verb.h"

namespace decant::cli {

struct VerbGroup {
  std::string title;
  std::vector<Verb> verbs;
};

/// In the order in which a person meets them.
std::vector<VerbGroup> all_verbs();

}  // namespace decant::cli
