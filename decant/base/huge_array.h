// A large array of plain values that starts on a cache line, asks for large pages, and does not clear itself.
//
// Reading rows of a table in random order misses the address cache at every row when pages are 4 KiB.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <sys/mman.h>
#include <type_traits>

namespace decant {

template <class T>
class HugeArray {
  static_assert(std::is_trivial_v<T>);

 public:
  /// Keeps nothing of what was there; new values are indeterminate. Grows by a quarter more than asked, never shrinks.
  void resize(size_t count) {
    if (count > room_) {
      room_ = room_ == 0 ? count : count + count / 4;
      constexpr size_t kPage = size_t{2} << 20;
      const size_t bytes = room_ * sizeof(T);
      const size_t alignment = bytes >= kPage ? kPage : size_t{64};
      values_.reset(static_cast<T*>(::operator new(bytes + 64, std::align_val_t(alignment))));
      values_.get_deleter().alignment = alignment;
      if (bytes >= kPage) ::madvise(values_.get(), bytes, MADV_HUGEPAGE);  // advice: failing costs time only
    }
    count_ = count;
  }
  size_t size() const { return count_; }
  T* data() { return values_.get(); }
  const T* data() const { return values_.get(); }
  std::span<const T> span() const { return {values_.get(), count_}; }

 private:
  struct Free {
    size_t alignment = 64;
    void operator()(T* values) const { ::operator delete(values, std::align_val_t(alignment)); }
  };
  std::unique_ptr<T, Free> values_;
  size_t count_ = 0;
  size_t room_ = 0;
};

}  // namespace decant
