#include "decant/formats/parquet/buffer.h"

#include <algorithm>
#include <mutex>
#include <new>
#include <sys/mman.h>
#include <vector>

namespace decant::parquet {
namespace {

struct Block {
  std::byte* data;
  size_t capacity;
};

void unmap(const Block& block) {
  ::munmap(block.data, block.capacity);
}

Block map_block(size_t size) {
  const size_t capacity = (size + Buffer::kLarge - 1) / Buffer::kLarge * Buffer::kLarge;
  void* const data = ::mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) throw std::bad_alloc();
  return {static_cast<std::byte*>(data), capacity};
}

/// Blocks that nobody uses.
class BlockStore {
 public:
  /// One of that size or more, but not of twice as much.
  Block take(size_t size) {
    {
      const std::lock_guard lock(mutex_);
      const auto fits = [&](const Block& block) { return block.capacity >= size && block.capacity / 2 < size; };
      const auto found = std::ranges::find_if(blocks_, fits);
      if (found != blocks_.end()) {
        const Block block = *found;
        blocks_.erase(found);
        stored_ -= block.capacity;
        return block;
      }
    }
    return map_block(size);
  }

  void give(const Block& block) {
    {
      const std::lock_guard lock(mutex_);
      if (stored_ + block.capacity <= Buffer::kMostStored) {
        blocks_.push_back(block);
        stored_ += block.capacity;
        return;
      }
    }
    unmap(block);
  }

 private:
  std::mutex mutex_;
  std::vector<Block> blocks_;
  size_t stored_ = 0;
};

BlockStore& block_store() {
  static BlockStore* const store = new BlockStore;  // for ever: pages may outlive what is static
  return *store;
}

}  // namespace

void Buffer::make(size_t size) {
  if (size > capacity_ || capacity_ / 2 >= size) {
    release();
    const Block block = size < kLarge ? Block{new std::byte[size], size} : block_store().take(size);
    block_ = block.data;
    capacity_ = block.capacity;
  }
  size_ = size;
}

void Buffer::release() {
  if (capacity_ < kLarge)
    delete[] block_;
  else
    block_store().give({block_, capacity_});
  block_ = nullptr;
  capacity_ = size_ = 0;
}

}  // namespace decant::parquet
