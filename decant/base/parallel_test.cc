#include "decant/base/parallel.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>

#include "decant/base/context.h"
#include "decant/base/errors.h"

namespace decant {
namespace {

TEST(ParallelFor, VisitsEveryIndexOnceInFixedChunks) {
  for (const int threads : {1, 3, 16}) {
    std::vector<std::atomic<int>> visits(1003);
    std::atomic<int> odd_chunks{0};
    parallel_for({.threads = threads}, 1003, 10, [&](int64_t begin, int64_t end) {
      if (begin % 10 != 0 || (end - begin != 10 && end != 1003)) ++odd_chunks;
      for (int64_t i = begin; i < end; ++i) ++visits[static_cast<size_t>(i)];
    });
    for (const auto& count : visits) ASSERT_EQ(count, 1);
    EXPECT_EQ(odd_chunks, 0);
  }
}

TEST(ParallelFor, RethrowsAndStops) {
  std::atomic<int> done{0};
  EXPECT_THROW(parallel_for({.threads = 4}, 100000, 1,
                            [&](int64_t begin, int64_t) {
                              if (begin == 10) throw InputError({"f", "", "bad", ""});
                              if (begin > 10) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // throwing takes a while
                              ++done;
                            }),
               InputError);
  EXPECT_LT(done, 100000 - 1);
}

TEST(ParallelFor, StopsWhenCancelled) {
  std::atomic<bool> cancel{true};
  EXPECT_THROW(parallel_for({.threads = 2, .cancel = &cancel}, 10, 1, [](int64_t, int64_t) {}), Cancelled);
}

}  // namespace
}  // namespace decant
