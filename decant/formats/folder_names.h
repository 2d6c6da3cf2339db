// What lies in a folder, by name: how readers look for a layout that they know.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace decant {

/// Names of the files, or of the folders, that lie in a folder itself, in Python's order; links are
/// followed. What cannot be looked at is left out, and of a folder that cannot be read, everything.
std::vector<std::string> files_in(const std::filesystem::path& folder);
std::vector<std::string> folders_in(const std::filesystem::path& folder);

}  // namespace decant
