// Any bytes as a file that is opened by its path.
#pragma once

#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

#include "decant/base/errors.h"

namespace decant {

/// A file in memory.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text) : descriptor_(memfd_create("fuzz", 0)) {
    DECANT_CHECK(::write(descriptor_, text.data(), text.size()), ==, std::ssize(text));
  }
  ~MemoryFile() { ::close(descriptor_); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace decant
