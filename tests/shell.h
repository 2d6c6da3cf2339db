// The program as a shell starts it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/wait.h>

#include "decant/base/file.h"
#include "decant/base/test_support.h"

namespace decant {

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

/// Runs a shell line in which $decant is the program.
inline Outcome shell(const std::string& line) {
  static int count = 0;
  const std::filesystem::path folder = fresh_folder("shell" + std::to_string(count++));
  const std::string script = "export decant='" DECANT_PROGRAM "' XDG_CACHE_HOME='" + (folder / "cache").string() + "'\n" + line;
  write_file(folder / "script", script);
  const int status = std::system(
      ("bash '" + (folder / "script").string() + "' >'" + (folder / "out").string() + "' 2>'" + (folder / "err").string() + "'").c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_text(folder / "out"), read_text(folder / "err")};
}

}  // namespace decant
