// Where paths lead, and whether two of them meet: what is written must not touch what is read.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace decant {

/// Absolute, links and ".." resolved as far as the path exists; what does not exist is appended as
/// it stands.
std::filesystem::path real_path(const std::filesystem::path& path);

/// Whether `path` is `folder` or lies below it, however the two are named: links, "..", mounts,
/// letter case. Neither need exist.
bool lies_in(const std::filesystem::path& path, const std::filesystem::path& folder);

/// How an output at `out` touches one of `inputs` (paths and patterns of shards, as the user named
/// them; those that name nothing are ignored): "lies in the input 'x'". Empty when it touches none.
std::string how_it_touches(const std::filesystem::path& out, const std::vector<std::string>& inputs);

/// As above for an output that is there and is to be replaced: links below the input's folders are
/// followed too. Cost: a walk through them.
std::string how_links_touch(const std::filesystem::path& out, const std::vector<std::string>& inputs);

}  // namespace decant
