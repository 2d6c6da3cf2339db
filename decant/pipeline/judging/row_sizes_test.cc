#include "decant/pipeline/judging/row_sizes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"

namespace decant {
namespace {

Subset first(int64_t count) {
  return Subset::all(count);
}

TEST(RowSizes, TakeAsManyRowsAsFit) {
  const RowSizes sizes(Letters(), Subset::all(5), {});  // 1, 2, 3, 4, 5 bytes
  EXPECT_EQ(sizes.mean(), 3);
  EXPECT_EQ(sizes.total({1, 4}), 7);
  EXPECT_EQ(sizes.largest_within(6, 5, first).size(), 3u);
  EXPECT_EQ(sizes.largest_within(100, 4, first).size(), 4u);
  EXPECT_THAT(message_of([&] { sizes.largest_within(0, 5, first); }), testing::HasSubstr("not even one picture"));
}

TEST(BytesFrom, ReadsSharesAndSizes) {
  EXPECT_EQ(bytes_from("40%", 1000, "--bytes"), 400);
  EXPECT_EQ(bytes_from("300MB", 1000, "--bytes"), 300'000'000);
  EXPECT_EQ(bytes_from("1.5KB", 1000, "--bytes"), 1500);
  EXPECT_EQ(bytes_from("77", 1000, "--bytes"), 77);
  for (const char* text : {"", "0", "-1%", "3 bytes", "MB", "nan%"})
    EXPECT_THAT(message_of<UsageError>([&] { bytes_from(text, 1000, "--bytes"); }), testing::HasSubstr("is no number of bytes")) << text;
}

}  // namespace
}  // namespace decant
