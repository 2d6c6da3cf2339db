#include "decant/base/stopwatch.h"

#include <gtest/gtest.h>
#include <thread>

namespace decant {
namespace {

TEST(Stopwatch, CountsSeconds) {
  const Stopwatch watch;
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  const double first = watch.seconds();
  EXPECT_GE(first, 0.002);
  EXPECT_GE(watch.seconds(), first);
}

}  // namespace
}  // namespace decant
