// Items that worker threads make ahead of time and one consumer takes in their order.
//
// Item number k follows from k alone, so workers take numbers as they come and the stream is the
// same for any count of them. Finished items wait in a ring of slots. A worker that fails leaves
// its exception where the item would have been: next() throws it at that place of the stream.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "decant/base/errors.h"

namespace decant::loader {

template <class Item>
class Ring {
 public:
  /// Makes item `number` in place of what the slot held before.
  using Make = std::function<void(int64_t number, Item& item)>;

  /// `count` items in all. One thread for each of `makers`, which start at once. `ahead`: items
  /// that may wait, besides those being made and the one being read. REQUIRES: a maker.
  Ring(int64_t count, int64_t ahead, std::vector<Make> makers)
      : count_(count), slots_(static_cast<size_t>(std::ssize(makers) + ahead + 1)) {
    DECANT_CHECK(makers.size(), >, size_t{0});
    try {
      for (Make& make : makers) workers_.emplace_back([this, own = std::move(make)] { work(own); });
    } catch (...) {  // the system has no more threads: let those that run be joined
      stop();
      throw;
    }
  }
  /// Stops and joins the workers, wherever they are.
  ~Ring() { stop(); }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  /// The next item, valid until the next call, or null after the last. Waits for it; rethrows what
  /// its worker threw.
  Item* next() {
    std::unique_lock lock(mutex_);
    if (consumed_ == count_) return nullptr;
    Slot& slot = slot_of(consumed_++);
    slot_free_.notify_all();
    slot_ready_.wait(lock, [&] { return slot.ready; });
    slot.ready = false;
    if (slot.failure) std::rethrow_exception(std::exchange(slot.failure, nullptr));
    return &slot.item;
  }

 private:
  struct Slot {
    Item item;
    bool ready = false;
    std::exception_ptr failure;
  };

  Slot& slot_of(int64_t number) { return slots_[static_cast<size_t>(number) % slots_.size()]; }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    slot_free_.notify_all();
  }

  void work(const Make& make) {
    int64_t number = 0;
    while (Slot* slot = take(number)) {
      std::exception_ptr failure;
      try {
        make(number, slot->item);
      } catch (...) {
        failure = std::current_exception();
      }
      give(*slot, failure);
    }
  }

  /// The slot of the next item to be made, once it is free; null when there is no more to do. The
  /// item that next() handed out last is still being read, so its slot is not free.
  Slot* take(int64_t& number) {
    std::unique_lock lock(mutex_);
    if (stop_ || taken_ == count_) return nullptr;
    number = taken_++;
    slot_free_.wait(lock, [&] { return stop_ || number - std::ssize(slots_) < consumed_ - 1; });
    return stop_ ? nullptr : &slot_of(number);
  }

  void give(Slot& slot, std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    slot.ready = true;
    slot.failure = std::move(failure);
    slot_ready_.notify_one();
  }

  const int64_t count_;
  std::mutex mutex_;
  std::condition_variable slot_free_;
  std::condition_variable slot_ready_;
  std::vector<Slot> slots_;
  int64_t taken_ = 0;     ///< numbers handed to workers
  int64_t consumed_ = 0;  ///< items handed out by next()
  bool stop_ = false;
  std::vector<std::jthread> workers_;  ///< last, so that it is joined before anything above is gone
};

}  // namespace decant::loader
