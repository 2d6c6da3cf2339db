// A folder for files that nobody keeps.
#pragma once

#include <filesystem>
#include <sys/types.h>

namespace decant {

/// Made among the system's temporary files, for this user alone; removed with all that is in it
/// when this ends, but not in a process that was forked since.
class TemporaryFolder {
 public:
  /// Throws IoError where none can be made.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  pid_t owner_;
};

/// Where the system wants temporary files: $TMPDIR, else /tmp.
std::filesystem::path temporary_files();

}  // namespace decant
