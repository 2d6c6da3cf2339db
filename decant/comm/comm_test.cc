#include "decant/comm/comm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>
#include <stdexcept>

#include "decant/base/errors.h"
#include "decant/comm/local.h"

namespace decant {
namespace {

using testing::ElementsAre;

TEST(Ranks, gather_what_differs_in_length_in_the_order_of_ranks) {
  run_ranks(3, [](Comm& comm) {
    const std::vector<int> mine(static_cast<size_t>(comm.rank()), 10 * comm.rank());
    std::vector<size_t> begins;
    EXPECT_THAT(gather_all(comm, std::span<const int>(mine), &begins), ElementsAre(10, 20, 20));
    EXPECT_THAT(begins, ElementsAre(0, 0, 1, 3));
    EXPECT_EQ(comm.traffic().messages, 1);
    EXPECT_EQ(comm.traffic().bytes, static_cast<int64_t>(sizeof(int)) * (3 - comm.rank()));
  });
}

TEST(Ranks, broadcast_the_bytes_of_one) {
  run_ranks(4, [](Comm& comm) {
    for (int from = 0; from < comm.size(); ++from) {
      int value = comm.rank() == from ? 7 + from : -1;
      comm.broadcast(std::as_writable_bytes(std::span(&value, 1)), from);
      EXPECT_EQ(value, 7 + from);
    }
  });
}

TEST(Ranks, reduce_in_the_order_of_ranks) {
  run_ranks(5, [](Comm& comm) {
    EXPECT_EQ(sum_all(&comm, comm.rank()), 10);
    EXPECT_EQ(max_all(&comm, -comm.rank()), 0);
    EXPECT_EQ(min_all(&comm, -comm.rank()), -4);
  });
}

TEST(Ranks, one_that_throws_ends_the_others_who_wait_for_it) {
  EXPECT_THROW(run_ranks(3,
                         [](Comm& comm) {
                           if (comm.rank() == 1) throw std::out_of_range("lost");
                           for (;;) sum_all(&comm, 1);
                         }),
               std::out_of_range);
}

TEST(Ranks, all_fail_when_one_cannot_go_on) {
  run_ranks(3, [](Comm& comm) {
    const auto open = [&] { throw std::out_of_range("no such file"); };
    if (comm.rank() == 0) {
      EXPECT_THROW(all_or_none(&comm, is_root(&comm), open), std::out_of_range);
    } else {
      EXPECT_THROW(all_or_none(&comm, is_root(&comm), open), OtherRankFailed);
    }
    EXPECT_EQ(sum_all(&comm, 1), 3);  // and they are still together
  });
}

TEST(Ranks, shares_cover_everything_once_and_differ_by_one) {
  for (const int64_t count : {0, 1, 5, 7, 1000}) {
    for (int size = 1; size <= 8; ++size) {
      int64_t next = 0;
      for (int rank = 0; rank < size; ++rank) {
        const RankShare share = share_of(count, rank, size);
        EXPECT_EQ(share.begin, next);
        EXPECT_LE(std::abs((share.end - share.begin) * size - count), size);
        next = share.end;
      }
      EXPECT_EQ(next, count);
    }
  }
}

}  // namespace
}  // namespace decant
