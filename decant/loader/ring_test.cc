#include "decant/loader/ring.h"

#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace decant::loader {
namespace {

using testing::ElementsAre;

std::vector<Ring<std::string>::Make> makers(int count, const Ring<std::string>::Make& make) {
  return std::vector(static_cast<size_t>(count), make);
}

std::vector<std::string> all_of(Ring<std::string>& ring) {
  std::vector<std::string> items;
  while (const std::string* item = ring.next()) items.push_back(*item);
  return items;
}

TEST(Ring, GivesItemsInTheirOrderForAnyNumberOfWorkers) {
  for (const int workers : {1, 2, 5}) {
    for (const int ahead : {0, 1, 4}) {
      Ring<std::string> ring(200, ahead, makers(workers, [](int64_t number, std::string& item) { item = std::to_string(number); }));
      const auto items = all_of(ring);
      ASSERT_EQ(items.size(), 200U);
      for (size_t i = 0; i < items.size(); ++i) EXPECT_EQ(items[i], std::to_string(i));
      EXPECT_EQ(ring.next(), nullptr);
    }
  }
}

TEST(Ring, ThrowsAFailureInItsPlaceAndGoesOn) {
  Ring<std::string> ring(4, 1, makers(2, [](int64_t number, std::string& item) {
                           if (number == 1) throw std::runtime_error("the second");
                           item = std::to_string(number);
                         }));
  EXPECT_EQ(*ring.next(), "0");
  EXPECT_THROW(ring.next(), std::runtime_error);
  EXPECT_THAT(all_of(ring), ElementsAre("2", "3"));
}

TEST(Ring, NeverMakesMoreAheadThanItHasRoomFor) {
  std::atomic<int64_t> made = 0;
  Ring<std::string> ring(100, 2, makers(3, [&](int64_t, std::string&) { ++made; }));
  for (int64_t read = 1; ring.next() != nullptr; ++read) EXPECT_LE(made.load(), read + 3 + 2);
  EXPECT_EQ(made.load(), 100);
}

TEST(Ring, MayBeLeftAtAnyTime) {
  for (int taken = 0; taken < 4; ++taken) {
    Ring<std::string> ring(1000, 1, makers(2, [](int64_t, std::string& item) { item = "x"; }));
    for (int i = 0; i < taken; ++i) EXPECT_NE(ring.next(), nullptr);
  }
  Ring<std::string> none(0, 1, makers(2, [](int64_t, std::string&) {}));
  EXPECT_EQ(none.next(), nullptr);
}

}  // namespace
}  // namespace decant::loader
