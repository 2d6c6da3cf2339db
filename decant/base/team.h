// A team of threads for many small jobs.
//
// parallel_for starts new threads, about 20 µs each: too much for a loop of 50 µs that runs ten
// thousand times a second. A team's helpers spin for the next job for a while and then sleep. A job
// does not wait for a helper that has not begun: one that sleeps, or whose core is busy, is not
// needed. As with parallel_for the range is cut into chunks of a fixed size, and what a chunk
// computes must depend on its own range alone.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace decant {

class Team {
 public:
  /// `threads` in all, the caller's own included.
  explicit Team(int threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  int threads() const { return static_cast<int>(helpers_.size()) + 1; }

  /// Calls body(begin, end) for every chunk of [0, count) on all threads, and returns when all are
  /// done. The first exception stops the hand-out and is rethrown here. Costs about a microsecond
  /// while helpers are awake. Only one thread may call it, and not from a body.
  template <class Body>
  void run(int64_t count, int64_t chunk, Body&& body) {
    if (count <= chunk || helpers_.empty()) {
      for (int64_t begin = 0; begin < count; begin += chunk) body(begin, std::min(count, begin + chunk));
      return;
    }
    using Pointee = std::remove_reference_t<Body>;
    run_job({count, chunk, [](void* of, int64_t begin, int64_t end) { (*static_cast<Pointee*>(of))(begin, end); },
             const_cast<void*>(static_cast<const void*>(std::addressof(body)))});
  }

 private:
  struct Job {
    int64_t count = 0;
    int64_t chunk = 1;
    void (*call)(void* body, int64_t begin, int64_t end) = nullptr;
    void* body = nullptr;
  };
  void run_job(const Job& job);
  void help();
  void work();

  Job job_;
  std::atomic<int64_t> next_{0};
  std::atomic<uint32_t> posted_{0};  ///< jobs so far; its change wakes helpers
  std::atomic<bool> open_{false};    ///< whether there is a job to take part in
  std::atomic<int32_t> inside_{0};   ///< helpers that take part, or are looking whether they may
  std::atomic<bool> leaving_{false};
  std::mutex mutex_;
  std::exception_ptr failure_;
  std::vector<std::jthread> helpers_;
};

}  // namespace decant
