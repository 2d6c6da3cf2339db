// A large array of plain values, aligned to a cache line, in huge pages where possible, and not
// zeroed.
//
// Reading rows of a table in random order misses the address cache at every row when pages are 4
// KiB. Freed memory goes back to the system.
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
  /// Keeps nothing of what was there; new values are indeterminate. Grows by a quarter more than
  /// asked, never shrinks.
  void resize(size_t count) {
    if (count > room_) {
      const size_t room = room_ == 0 ? count : count + count / 4;
      room_ = 0;
      values_.reset();  // before taking more
      values_ = take(room * sizeof(T) + 64);
      room_ = room;
    }
    count_ = count;
  }
  size_t size() const { return count_; }
  T* data() { return values_.get(); }
  const T* data() const { return values_.get(); }
  std::span<const T> span() const { return {values_.get(), count_}; }

 private:
  static constexpr size_t kPage = size_t{2} << 20;
  /// Arrays from here on are mappings of their own, of whole large pages: malloc would keep much of
  /// what is freed, and pools come and go.
  static constexpr size_t kMapped = kPage / 2;

  struct Free {
    size_t mapped = 0;  ///< bytes from the start on; 0 = from operator new
    void operator()(T* values) const {
      if (mapped > 0)
        ::munmap(values, mapped);
      else
        ::operator delete(values, std::align_val_t(64));
    }
  };
  using Values = std::unique_ptr<T, Free>;

  static Values take(size_t bytes) {
    if (bytes < kMapped) return Values(static_cast<T*>(::operator new(bytes, std::align_val_t(64))));
    const size_t whole = (bytes + kPage - 1) / kPage * kPage;
    void* const got = ::mmap(nullptr, whole + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (got == MAP_FAILED) throw std::bad_alloc();
    auto* const begin = static_cast<std::byte*>(got);
    const size_t before = (kPage - reinterpret_cast<uintptr_t>(begin) % kPage) % kPage;  // large pages begin at multiples
    if (before > 0) ::munmap(begin, before);
    ::munmap(begin + before + whole, kPage - before);
    ::madvise(begin + before, whole, MADV_HUGEPAGE);  // advice: failing costs time only
    return Values(reinterpret_cast<T*>(begin + before), Free{whole});
  }

  Values values_;
  size_t count_ = 0;
  size_t room_ = 0;
};

}  // namespace decant
