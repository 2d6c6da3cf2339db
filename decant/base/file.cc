#include "decant/base/file.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/map_guard.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr size_t kBufferSize = size_t{1} << 20;
constexpr size_t kGathered = size_t{1} << 18;  // less is quicker copied than handed over piece by piece

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : value_(::open(path.c_str(), flags | O_CLOEXEC)) {
    if (value_ < 0) throw_errno(path.string(), "cannot open");
  }
  ~Descriptor() { ::close(value_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }

 private:
  int value_;
};

struct stat described(const Descriptor& file, const fs::path& path) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) throw_errno(path.string(), "cannot read");
  if (S_ISDIR(info.st_mode)) throw IoError({path.string(), "", "is a folder, not a file", "Check the path"});
  return info;
}

}  // namespace

MappedFile::MappedFile(const fs::path& path) : path_(path) {
  const Descriptor file(path, O_RDONLY);
  const struct stat info = described(file, path);
  size_ = static_cast<size_t>(info.st_size);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) throw_errno(path.string(), "cannot map into memory");
  data_ = static_cast<const std::byte*>(address);
  entry_ = register_map(bytes(), path, info);
}

MappedFile::~MappedFile() {
  if (data_ == nullptr) return;
  unregister_map(entry_);
  ::munmap(const_cast<std::byte*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      entry_(std::exchange(other.entry_, nullptr)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(entry_, other.entry_);
  return *this;
}

Bytes read_file(const fs::path& path, std::vector<std::byte>& buffer) {
  const Descriptor file(path, O_RDONLY);
  buffer.resize(static_cast<size_t>(described(file, path).st_size));
  size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t got = ::read(file.get(), buffer.data() + done, buffer.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(path.string(), "cannot read");
    if (got == 0) throw IoError({path.string(), "", "was truncated while being read", "Do not change the input during a run"});
    done += static_cast<size_t>(got);
  }
  return buffer;
}

std::string read_text(const fs::path& path) {
  std::vector<std::byte> buffer;
  return std::string(as_text(read_file(path, buffer)));
}

int create_partial(const fs::path& path, fs::path& partial) {
  for (int i = 0;; ++i) {
    partial = path.string() + ".partial" + (i == 0 ? "" : std::to_string(i));
    const int descriptor = ::open(partial.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return descriptor;
    if (errno != EEXIST) throw_errno(partial.string(), "cannot create");
  }
}

FileWriter::FileWriter(fs::path path) : path_(std::move(path)), descriptor_(create_partial(path_, partial_)) {
  buffer_.reserve(kBufferSize);
}

FileWriter::~FileWriter() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(partial_.c_str());
}

void FileWriter::write(Bytes bytes) {
  written_ += static_cast<int64_t>(bytes.size());
  while (!bytes.empty()) {
    const size_t room = std::min(bytes.size(), kBufferSize - buffer_.size());
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(room));
    bytes = bytes.subspan(room);
    if (buffer_.size() == kBufferSize) flush();
  }
}

void FileWriter::flush() {
  size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t put = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw_errno(partial_.string(), "cannot write");
    done += static_cast<size_t>(put);
  }
  buffer_.clear();
}

size_t FileWriter::gather(std::span<const Bytes> pieces) {
  std::vector<iovec> left;
  left.reserve(pieces.size());
  for (const Bytes piece : pieces) {
    if (!piece.empty()) left.push_back({const_cast<std::byte*>(piece.data()), piece.size()});
  }
  size_t written = 0;
  for (size_t first = 0; first < left.size();) {
    const ssize_t put = ::writev(descriptor_, &left[first], static_cast<int>(std::min<size_t>(left.size() - first, IOV_MAX)));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EFAULT) return written;
    if (put < 0) throw_errno(partial_.string(), "cannot write");
    written += static_cast<size_t>(put);
    for (auto done = static_cast<size_t>(put); done > 0;) {
      const size_t here = std::min(done, left[first].iov_len);
      left[first].iov_base = static_cast<std::byte*>(left[first].iov_base) + here;
      left[first].iov_len -= here;
      done -= here;
      if (left[first].iov_len == 0) ++first;
    }
  }
  return written;
}

void FileWriter::write(std::span<const Bytes> pieces) {
  size_t size = 0;
  for (const Bytes piece : pieces) size += piece.size();
  size_t written = 0;
  if (size >= kGathered) {
    flush();
    written = gather(pieces);
    written_ += static_cast<int64_t>(written);
  }
  // What is left goes through the buffer. Where a page of a map is missing, the read of it here is
  // the signal that map_guard.h answers; the system call only fails.
  for (const Bytes piece : pieces) {
    const size_t skip = std::min(written, piece.size());
    written -= skip;
    write(piece.subspan(skip));
  }
}

void FileWriter::commit() {
  flush();
  if (::close(std::exchange(descriptor_, -1)) != 0) throw_errno(partial_.string(), "cannot write");
  if (::rename(partial_.c_str(), path_.c_str()) != 0) throw_errno(path_.string(), "cannot rename to");
}

void write_file(const fs::path& path, Bytes bytes) {
  FileWriter writer(path);
  writer.write(bytes);
  writer.commit();
}

void write_file(const fs::path& path, std::string_view text) {
  write_file(path, as_bytes(text));
}

bool is_safe_relative(std::string_view relative) {
  if (relative.empty() || relative.front() == '/' || relative.find('\0') != std::string_view::npos) return false;
  while (!relative.empty()) {
    const size_t slash = relative.find('/');
    const std::string_view part = relative.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) break;
    relative.remove_prefix(slash + 1);
    if (relative.empty()) return false;
  }
  return true;
}

}  // namespace decant
