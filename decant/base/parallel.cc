#include "decant/base/parallel.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "decant/base/errors.h"

namespace decant {

void parallel_for(const Context& context, int64_t count, int64_t chunk, const std::function<void(int64_t, int64_t)>& body) {
  DECANT_CHECK(chunk, >, 0);
  const int64_t chunks = (count + chunk - 1) / chunk;
  std::atomic<int64_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;

  auto work = [&] {
    try {
      for (int64_t i = next++; i < chunks; i = next++) {
        context.check_cancelled();
        body(i * chunk, std::min(count, (i + 1) * chunk));
      }
    } catch (...) {
      next = chunks;
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };

  const auto helpers = std::min<int64_t>(context.thread_count(), chunks) - 1;
  std::vector<std::jthread> threads;
  for (int64_t i = 0; i < helpers; ++i) threads.emplace_back(work);
  work();
  threads.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace decant
