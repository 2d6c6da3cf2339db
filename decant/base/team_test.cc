#include "decant/base/team.h"

#include <chrono>
#include <gtest/gtest.h>
#include <numeric>
#include <stdexcept>

namespace decant {
namespace {

TEST(Team, DoesEveryChunkOnceAndJobAfterJob) {
  for (const int threads : {1, 2, 5}) {
    Team team(threads);
    EXPECT_EQ(team.threads(), threads);
    for (int job = 0; job < 300; ++job) {
      if (job % 100 == 99) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // helpers fall asleep
      std::vector<int> times(static_cast<size_t>(job), 0);
      team.run(job, 7, [&](int64_t begin, int64_t end) {
        EXPECT_EQ(begin % 7, 0);
        for (int64_t i = begin; i < end; ++i) times[static_cast<size_t>(i)] += 1;
      });
      EXPECT_EQ(std::accumulate(times.begin(), times.end(), 0), job);
    }
  }
}

TEST(Team, RethrowsAndGoesOn) {
  Team team(3);
  for (int round = 0; round < 20; ++round) {
    EXPECT_THROW(team.run(100, 1,
                          [](int64_t begin, int64_t) {
                            if (begin == 40) throw std::out_of_range("chunk");
                          }),
                 std::out_of_range);
    std::atomic<int64_t> done{0};
    team.run(100, 1, [&](int64_t begin, int64_t end) { done += end - begin; });
    EXPECT_EQ(done, 100);
  }
}

}  // namespace
}  // namespace decant
