#include "decant/base/temporary_folder.h"

#include <cstdlib>
#include <unistd.h>

#include "decant/base/errors.h"

namespace decant {

namespace fs = std::filesystem;

fs::path temporary_files() {
  std::error_code code;
  const fs::path folder = fs::temp_directory_path(code);
  return code ? "/tmp" : folder;
}

TemporaryFolder::TemporaryFolder() : owner_(::getpid()) {
  std::string name = (temporary_files() / "decant-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw_errno(name, "cannot create a folder for temporary files");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (owner_ == ::getpid()) fs::remove_all(path_, ignored);
}

}  // namespace decant
