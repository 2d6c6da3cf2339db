// A lock on an output: a small file that names the process that holds it, for as long as the
// process lives.
//
// The lock is the system's (flock), so a process that is killed leaves none behind, and network
// file systems pass it on to other hosts. The file itself stays until it is removed, and marks what
// lies there as decant's. On a file system without locks, nothing is locked.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace decant {

class LockFile {
 public:
  /// Takes the lock, and makes the file and the folder it lies in where they are missing. Nothing
  /// when another process or thread has it. Throws IoError.
  static std::optional<LockFile> take(const std::filesystem::path& path);
  /// Whether this is a lock file, held or left behind.
  static bool is_one(const std::filesystem::path& path);
  /// "process 4711 on host, since 2026-03-01T12:00:00Z"; empty when nobody signed.
  static std::string holder(const std::filesystem::path& path);

  ~LockFile();  ///< gives the lock up; the file stays
  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  void follow(std::filesystem::path path) { path_ = std::move(path); }  ///< the file was moved there
  void remove();                                                        ///< the file, then the lock

 private:
  LockFile(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  bool is_named(int folder, const std::filesystem::path& name) const;
  void sign() const;

  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// A folder being filled, with a lock file in it.
class LockedFolder {
 public:
  static constexpr const char* kLock = "decant.lock";

  /// As LockFile::take().
  static std::optional<LockedFolder> take(const std::filesystem::path& folder);

  const std::filesystem::path& path() const { return folder_; }
  /// Deletes everything but the lock, and what is named `keep`. Throws IoError.
  void clear(const std::string& keep = "") const;
  /// Deletes everything, the lock last. What cannot be deleted stays.
  void remove();
  /// The folder was renamed; the lock file goes, the folder stays.
  void finish(std::filesystem::path renamed);
  /// The folder was renamed, and is still locked.
  void follow(std::filesystem::path renamed);

 private:
  LockedFolder(std::filesystem::path folder, LockFile lock) : folder_(std::move(folder)), lock_(std::move(lock)) {}

  std::filesystem::path folder_;
  LockFile lock_;
};

}  // namespace decant
