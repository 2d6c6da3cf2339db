// Filling a feature file in place. Two traps: a sparse file on a full disk kills the process with
// SIGBUS at the first store that finds no block, so the blocks are taken first; and posix_fallocate
// returns its error instead of setting errno.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

#include "decant/base/errors.h"
#include "decant/formats/npy/npy.h"

namespace decant {

NpyWriter::NpyWriter(std::filesystem::path path, int64_t rows, int64_t cols) : path_(std::move(path)) {
  const int64_t shape[] = {rows, cols};
  const std::string header = npy_header(ElementType::f32, shape);
  const int64_t elements = byte_count(sizeof(float), shape).value_or(-1);
  DECANT_CHECK(elements, >=, 0);
  size_ = header.size() + static_cast<size_t>(elements);

  descriptor_ = create_partial(path_, partial_);
  try {
    int code = EINTR;
    while (code == EINTR) code = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(size_));
    errno = code;
    if (code != 0) throw_errno(partial_.string(), "cannot reserve disk space");
    void* address = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
    if (address == MAP_FAILED) throw_errno(partial_.string(), "cannot map into memory");
    mapping_ = address;
  } catch (...) {
    close();
    ::unlink(partial_.c_str());
    throw;
  }
  std::memcpy(mapping_, header.data(), header.size());
  view_ = {reinterpret_cast<float*>(static_cast<std::byte*>(mapping_) + header.size()), rows, cols};
}

NpyWriter::~NpyWriter() {
  if (descriptor_ < 0) return;
  close();
  ::unlink(partial_.c_str());
}

void NpyWriter::close() {
  if (mapping_ != nullptr) ::munmap(std::exchange(mapping_, nullptr), size_);
  ::close(std::exchange(descriptor_, -1));
  view_ = {};
}

void NpyWriter::commit() {
  DECANT_CHECK(descriptor_, >=, 0);
  ::munmap(std::exchange(mapping_, nullptr), size_);
  view_ = {};
  const bool closed = ::close(std::exchange(descriptor_, -1)) == 0;
  if (!closed || ::rename(partial_.c_str(), path_.c_str()) != 0) {
    const int code = errno;
    ::unlink(partial_.c_str());
    errno = code;
    throw_errno(path_.string(), closed ? "cannot rename to" : "cannot write");
  }
}

}  // namespace decant
