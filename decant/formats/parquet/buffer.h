// Bytes that are about to be written over: filling 10 MB with zeros first costs as much as
// unpacking them.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "decant/base/file.h"

namespace decant::parquet {

/// Of large ones the memory is handed on from one to the next, through a store that all threads
/// share and that keeps 16 MiB at most. Left to the allocator, each thread's part of the heap would
/// keep pages' worth of it: 324 MiB were held where 8 threads had 10 MiB each.
class Buffer {
 public:
  static constexpr size_t kLarge = size_t{1} << 20;
  static constexpr size_t kMostStored = size_t{16} << 20;

  Buffer() = default;
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer() { release(); }

  /// What it held is gone. Throws std::bad_alloc.
  void make(size_t size);
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::byte* data() { return block_; }
  Bytes bytes() const { return {block_, size_}; }

 private:
  void release();
  void swap(Buffer& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(capacity_, other.capacity_);
    std::swap(size_, other.size_);
  }

  std::byte* block_ = nullptr;
  size_t capacity_ = 0;
  size_t size_ = 0;
};

}  // namespace decant::parquet
