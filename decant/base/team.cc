#include "decant/base/team.h"

#include <chrono>
#include <utility>

namespace decant {
namespace {

constexpr auto kAwake = std::chrono::microseconds(200);  // that a helper waits before it goes to sleep
constexpr int kLooksAtOnce = 64;

/// Waits until done() is true, awake for a while; false when it was not by then.
template <class Done>
bool wait_awake(Done&& done) {
  const auto until = std::chrono::steady_clock::now() + kAwake;
  do {
    for (int i = 0; i < kLooksAtOnce; ++i) {
      if (done()) return true;
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
  } while (std::chrono::steady_clock::now() < until);
  return done();
}

}  // namespace

Team::Team(int threads) {
  for (int i = 1; i < threads; ++i) helpers_.emplace_back([this] { help(); });
}

Team::~Team() {
  leaving_ = true;
  ++posted_;
  posted_.notify_all();
}

void Team::help() {
  for (uint32_t seen = 0;;) {
    if (!wait_awake([&] { return posted_ != seen; })) posted_.wait(seen);
    seen = posted_;
    if (leaving_) return;
    ++inside_;  // from here on the job, if it is open, stays as it is
    if (open_) work();
    if (--inside_ == 0) inside_.notify_one();
  }
}

void Team::work() {
  const Job job = job_;
  try {
    for (int64_t begin = job.chunk * next_++; begin < job.count; begin = job.chunk * next_++) {
      job.call(job.body, begin, std::min(job.count, begin + job.chunk));
    }
  } catch (...) {
    next_ = job.count;  // no chunk has so high a number
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
}

void Team::run_job(const Job& job) {
  job_ = job;
  next_ = 0;
  open_ = true;
  ++posted_;
  posted_.notify_all();
  work();
  open_ = false;
  if (!wait_awake([&] { return inside_ == 0; })) {
    for (int32_t left = inside_; left != 0; left = inside_) inside_.wait(left);
  }
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace decant
