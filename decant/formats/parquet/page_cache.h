// Pages that were read lately, shared by all threads. Older ones are dropped beyond kMostBytes, but
// for a page and a dictionary for each core: where those alone are larger, as the dictionaries of
// whole row groups of pictures are, rows next to each other must not unpack them again and again.
// What is being unpacked counts as if it were there, so that threads never hold more than that.
#pragma once

#include <algorithm>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <tuple>

#include "decant/formats/parquet/pages.h"

namespace decant::parquet {

class PageCache {
 public:
  static constexpr int64_t kMostBytes = int64_t{48} << 20;
  using Key = std::tuple<const void*, int, int, int64_t>;  ///< file, row group, column, page (−1: the dictionary)

  std::shared_ptr<const Page> find(const Key& key) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->page;
  }

  void add(const Key& key, std::shared_ptr<const Page> page) {
    const std::lock_guard lock(mutex_);
    if (places_.contains(key)) return;  // another thread has read it too
    held_ += page->memory();
    entries_.push_front({key, std::move(page)});
    places_[key] = entries_.begin();
    drop_oldest();
  }

  /// For a page that is about to be unpacked, as long as this lives.
  class Room {
   public:
    Room(PageCache& cache, int64_t bytes) : cache_(cache), bytes_(bytes < kSmall ? 0 : bytes) {
      if (bytes_ > 0) cache_.expect(bytes_, 1);
    }
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;
    ~Room() {
      if (bytes_ > 0) cache_.expect(-bytes_, -1);
    }

   private:
    static constexpr int64_t kSmall = int64_t{1} << 20;  // which no bound of pages is about
    PageCache& cache_;
    int64_t bytes_;
  };

 private:
  void expect(int64_t bytes, int pages) {
    const std::lock_guard lock(mutex_);
    expected_ += bytes;
    expected_pages_ += pages;
    drop_oldest();
  }

  /// An expected page is one of the data or a dictionary, and may bring one of the other along.
  void drop_oldest() {
    while (!entries_.empty() && held_ + expected_ > kMostBytes && entries_.size() + 2 * static_cast<size_t>(expected_pages_) > least_) {
      held_ -= entries_.back().page->memory();
      places_.erase(entries_.back().key);
      entries_.pop_back();
    }
  }

  struct Entry {
    Key key;
    std::shared_ptr<const Page> page;
  };
  const size_t least_ = 2 * std::max(1u, std::thread::hardware_concurrency());
  std::mutex mutex_;
  std::list<Entry> entries_;  ///< the latest first
  std::map<Key, std::list<Entry>::iterator> places_;
  int64_t held_ = 0;
  int64_t expected_ = 0;
  int expected_pages_ = 0;
};

}  // namespace decant::parquet
