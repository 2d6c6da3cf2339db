#include "decant/base/lock_file.h"

#include <array>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/version.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kSignature = "decant ";
constexpr int kAttempts = 100;  // the folder may be removed by another process between two steps

std::string signature() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> since{};
  std::strftime(since.data(), since.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return fmt::format("{}{}: process {} on {}, since {}\n", kSignature, kVersion, ::getpid(), host.data(), since.data());
}

class Folder {
 public:
  explicit Folder(int descriptor) : descriptor_(descriptor) {}
  ~Folder() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

std::optional<LockFile> LockFile::take(const fs::path& path) {
  const fs::path above = path.has_parent_path() ? path.parent_path() : ".";
  const std::string name = path.filename().string();
  for (int attempt = 1;; ++attempt) {
    const int refused = ::mkdir(above.c_str(), 0777) != 0 && errno != EEXIST ? errno : 0;
    const Folder folder(::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0 && refused != 0) errno = refused;
    if (folder.get() < 0 && (errno != ENOENT || refused != 0)) throw_errno(above.string(), "cannot create");
    const int descriptor = ::openat(folder.get(), name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (descriptor < 0 && (errno == ENOENT || errno == EBADF) && attempt < kAttempts) continue;
    if (descriptor < 0) throw_errno(path.string(), "cannot create");
    LockFile lock(path, descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return std::nullopt;
    if (lock.is_named(AT_FDCWD, path)) {
      lock.sign();
      return lock;
    }
    // Whoever held the lock has moved the folder away since, or removed the file; what was made
    // there must not stay.
    if (lock.is_named(folder.get(), name)) ::unlinkat(folder.get(), name.c_str(), 0);
    if (attempt == kAttempts) throw IoError({path.string(), "", "cannot be locked", "Try again"});
  }
}

bool LockFile::is_one(const fs::path& path) {
  std::error_code code;
  if (!fs::is_regular_file(fs::symlink_status(path, code))) return false;
  return fs::file_size(path, code) == 0 || first_line(path).starts_with(kSignature);
}

std::string LockFile::holder(const fs::path& path) {
  const std::string line = first_line(path);
  const size_t begin = line.find(": ");
  return line.starts_with(kSignature) && begin != std::string::npos ? line.substr(begin + 2) : "";
}

LockFile::~LockFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

LockFile::LockFile(LockFile&& other) noexcept : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

void LockFile::remove() {
  ::unlink(path_.c_str());
  ::close(std::exchange(descriptor_, -1));
}

/// Whether the file that is locked is the one of that name.
bool LockFile::is_named(int folder, const fs::path& name) const {
  struct stat own {};
  struct stat named {};
  return ::fstat(descriptor_, &own) == 0 && ::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         own.st_dev == named.st_dev && own.st_ino == named.st_ino;
}

void LockFile::sign() const {
  const std::string text = signature();
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, text.data(), text.size(), 0) < 0) return;  // it holds unsigned, too
}

std::optional<LockedFolder> LockedFolder::take(const fs::path& folder) {
  auto lock = LockFile::take(folder / kLock);
  if (!lock) return std::nullopt;
  return LockedFolder(folder, std::move(*lock));
}

void LockedFolder::clear(const std::string& keep) const {
  std::error_code code;
  std::vector<fs::path> leftover;
  for (const auto& entry : fs::directory_iterator(folder_, code)) leftover.push_back(entry.path());
  for (const fs::path& path : leftover) {
    if (path.filename() != kLock && path.filename() != keep && !code) fs::remove_all(path, code);
  }
  if (code)
    throw IoError({folder_.string(), "", "cannot be cleared: " + code.message(), "Check the permissions, or choose another location"});
}

void LockedFolder::remove() {
  try {
    clear();
  } catch (const IoError&) {  // it is marked as decant's, so it can be cleared later
    return;
  }
  lock_.remove();
  ::rmdir(folder_.c_str());
}

void LockedFolder::finish(fs::path renamed) {
  follow(std::move(renamed));
  lock_.remove();
}

void LockedFolder::follow(fs::path renamed) {
  folder_ = std::move(renamed);
  lock_.follow(folder_ / kLock);
}

}  // namespace decant
