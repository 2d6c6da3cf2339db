#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "decant/base/options.h"

namespace decant::cli {

/// Sets every option that `file` names and that is not in `given` (those names are added to it).
/// Keys are the long option names, at the top of the file or under [verb]; other verbs' sections
/// are passed over. Throws InputError naming file and line.
void apply_config(const std::filesystem::path& file, const std::string& verb, const OptionTable& own, const OptionTable& common,
                  std::set<std::string>& given);

}  // namespace decant::cli
