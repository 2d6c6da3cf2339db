#include "decant/formats/parquet/buffer.h"

#include <cstring>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace decant::parquet {
namespace {

TEST(Buffer, HoldsWhatWasAskedForWhateverWasBefore) {
  Buffer buffer;
  for (const size_t size : {0UL, 1UL, 100UL, Buffer::kLarge - 1, Buffer::kLarge, 3 * Buffer::kLarge + 5, 7UL, 40 * Buffer::kLarge}) {
    buffer.make(size);
    ASSERT_EQ(buffer.size(), size);
    EXPECT_EQ(buffer.bytes().size(), size);
    if (size > 0) std::memset(buffer.data(), 7, size);
  }
  Buffer other = std::move(buffer);
  EXPECT_EQ(other.size(), 40 * Buffer::kLarge);
  EXPECT_TRUE(buffer.empty());  // NOLINT: as it says
}

TEST(Buffer, OfManyThreadsNeverShareMemory) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([t] {
      for (size_t round = 0; round < 50; ++round) {
        Buffer a, b;
        a.make(Buffer::kLarge + round * 4096);
        b.make(2 * Buffer::kLarge + round);
        std::memset(a.data(), t, a.size());
        std::memset(b.data(), t + 100, b.size());
        for (const Buffer* each : {&a, &b}) {
          const auto want = std::byte(each == &a ? t : t + 100);
          ASSERT_EQ(each->bytes().front(), want);
          ASSERT_EQ(each->bytes().back(), want);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace decant::parquet
