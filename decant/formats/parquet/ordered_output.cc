#include "decant/formats/parquet/ordered_output.h"

#include <chrono>
#include <utility>

namespace decant::parquet {

void OrderedOutput::put(size_t part, Gathered bytes) {
  const size_t size = bytes.memory();
  {
    std::unique_lock lock(mutex_);
    const auto goes_on = [&] { return error_ || turn_ == part || held_bytes_ + size <= most_held_; };
    // A part before this one may have been cancelled before it began, and nobody says so.
    while (!changed_.wait_for(lock, std::chrono::milliseconds(50), goes_on)) context_.check_cancelled();
    if (error_) std::rethrow_exception(error_);
    if (turn_ != part) {
      held_bytes_ += size;
      held_[part].bytes.push_back(std::move(bytes));
      return;
    }
  }
  write_held(part);
  write_(bytes);
}

void OrderedOutput::write_held(size_t part) {
  for (const Gathered& bytes : held_[part].bytes) {
    write_(bytes);
    {
      const std::lock_guard lock(mutex_);
      held_bytes_ -= bytes.memory();
    }
    changed_.notify_all();
  }
  held_[part].bytes.clear();
}

bool OrderedOutput::end(size_t part) {
  {
    const std::lock_guard lock(mutex_);
    held_[part].ended = true;
    if (turn_ != part) return false;
  }
  for (;; ++part) {
    write_held(part);
    {
      const std::lock_guard lock(mutex_);
      turn_ = part + 1;
      if (turn_ == held_.size()) return true;
      if (!held_[turn_].ended) break;
    }
  }
  changed_.notify_all();
  return false;
}

void OrderedOutput::fail(std::exception_ptr error) {
  {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  changed_.notify_all();
}

}  // namespace decant::parquet
