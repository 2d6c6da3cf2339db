// What to do with data that decant does not read. The first bytes of a file, or the files in a
// folder, show the kind; the advice is the command or the lines of Python that turn just that kind
// into something that is read.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace decant {

struct Advice {
  std::string kind;     ///< "a TFRecord file": completes "is …"
  std::string remedy;   ///< a sentence; code follows its first colon
  std::string command;  ///< the code alone, for FILE: Python, or a shell's
  bool python = false;
};

/// Nothing for a kind that is not known. Reads a few hundred bytes, of a folder also its names.
/// Throws nothing.
std::optional<Advice> advice_for(const std::filesystem::path& path);

}  // namespace decant
