#include "decant/nn/tensor_memory.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <mutex>
#include <new>
#include <sys/mman.h>
#include <vector>

namespace decant::nn {

namespace {

constexpr size_t kKeepFrom = size_t{32} << 10;  // smaller blocks never reach the kernel
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kHeader = 64;  // in front of every block, holds its size; as long as the alignment that libtorch asks for

void* take_from_system(size_t size) {
  const size_t alignment = size >= 2 * kHugePage ? kHugePage : kHeader;
  void* base = nullptr;
  if (posix_memalign(&base, alignment, size) != 0) throw std::bad_alloc();
  if (alignment == kHugePage) madvise(base, size, MADV_HUGEPAGE);  // a wish: fewer entries of the address cache for the same bytes
  *static_cast<size_t*>(base) = size;
  return base;
}

size_t size_of(const void* base) {
  return *static_cast<const size_t*>(base);
}

class FreeBlocks {
 public:
  /// A block that was freed and is at most a quarter larger than asked for, or null.
  void* take(size_t size) {
    const std::lock_guard lock(mutex_);
    const auto found = blocks_.lower_bound(size);
    if (found == blocks_.end() || found->first > size + size / 4) return nullptr;
    void* base = found->second.back();
    found->second.pop_back();
    if (found->second.empty()) blocks_.erase(found);
    return base;
  }

  void give(void* base) {
    const std::lock_guard lock(mutex_);
    if (scopes_ > 0 && size_of(base) >= kKeepFrom) {
      blocks_[size_of(base)].push_back(base);
    } else {
      std::free(base);
    }
  }

  void enter() {
    const std::lock_guard lock(mutex_);
    ++scopes_;
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    if (--scopes_ > 0) return;
    for (const auto& [size, bases] : blocks_) {
      for (void* base : bases) std::free(base);
    }
    blocks_.clear();
  }

 private:
  std::mutex mutex_;
  std::map<size_t, std::vector<void*>> blocks_;
  int scopes_ = 0;
};

/// Never destroyed: tensors in static variables may be freed after everything else.
FreeBlocks& free_blocks() {
  static FreeBlocks& blocks = *new FreeBlocks;
  return blocks;
}

void release(void* data) {
  if (data != nullptr) free_blocks().give(static_cast<std::byte*>(data) - kHeader);
}

/// The interface has changed: allocate() was const in libtorch 1.13 and is not in 2.11, and
/// copy_data() is new. Both forms are here, and whichever the libtorch at hand asks for overrides;
/// hence no `override`. One that asks for more leaves the class abstract, and it will not compile.
class ReusingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) const { return block(bytes); }
  c10::DataPtr allocate(size_t bytes) { return block(bytes); }
  c10::DeleterFnPtr raw_deleter() const { return &release; }
  void copy_data(void* to, const void* from, size_t bytes) const { std::memcpy(to, from, bytes); }

 private:
  static c10::DataPtr block(size_t bytes) {
    if (bytes == 0) return {nullptr, nullptr, &release, c10::kCPU};
    if (bytes > std::numeric_limits<size_t>::max() / 2) throw std::bad_alloc();
    const size_t size = (bytes + kHeader + kHeader - 1) / kHeader * kHeader;
    void* base = size >= kKeepFrom ? free_blocks().take(size) : nullptr;
    if (base == nullptr) base = take_from_system(size);
    void* data = static_cast<std::byte*>(base) + kHeader;
    return {data, data, &release, c10::kCPU};
  }
};

/// Once and for the life of the process. Blocks that libtorch's own allocator gave out keep their
/// own deleter.
void install() {
  static const bool installed = [] {
    c10::SetCPUAllocator(new ReusingAllocator, /*priority=*/1);
    return true;
  }();
  static_cast<void>(installed);
}

}  // namespace

MemoryReuse::MemoryReuse() {
  install();
  free_blocks().enter();
}

MemoryReuse::~MemoryReuse() {
  free_blocks().leave();
}

}  // namespace decant::nn
