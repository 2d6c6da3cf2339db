// What --dry-run prints of a verb that has no estimate.
#pragma once

#include <string>

#include "decant/base/json_fwd.h"

#include "apps/cli/verb.h"

namespace decant::cli {

/// "would …; the input is not opened, so time and size are not known"; with --json, the facts under "verb" and "not_checked". `would`: a
/// clause, "train quick on photos and write q.safetensors".
std::string dry_run(const Globals& globals, const Verb& verb, const std::string& would, const Json& facts);

}  // namespace decant::cli
