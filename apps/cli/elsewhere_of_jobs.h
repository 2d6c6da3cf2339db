// Options of compress that jobs on one data set have not, and what to do instead.
#pragma once

#include <string>
#include <vector>

#include "apps/cli/verb.h"

namespace decant::cli {

/// Of write and finish. `to`: what to do about --to, where the verb does not take it.
std::vector<Elsewhere> elsewhere_of_jobs(const std::string& to = "");

}  // namespace decant::cli
