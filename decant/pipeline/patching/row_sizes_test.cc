#include "decant/pipeline/patching/row_sizes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"

namespace decant {
namespace {

TEST(RowSizes, TakeAsManyRowsAsFit) {
  const Context context;
  RowSizes sizes(std::make_shared<Letters>(), Subset::all(5), context);  // 1, 2, 3, 4, 5 bytes
  const auto first = [](int64_t count) { return Subset::all(count); };
  EXPECT_EQ(sizes.about(6), 2);
  EXPECT_EQ(sizes.total({1, 4}), 7);
  EXPECT_EQ(sizes.largest_within(6, {}, first).size(), 3u);
  EXPECT_EQ(sizes.largest_within(100, {.serves_to = 4}, first).size(), 4u);
  EXPECT_THAT(message_of([&] { sizes.largest_within(0, {}, first); }), testing::HasSubstr("hold no set"));
  EXPECT_THAT(message_of([&] { sizes.largest_within(3, {.serves_from = 3}, first); }),
              testing::AllOf(testing::HasSubstr("hold no set of pictures; the smallest, of 3"), testing::HasSubstr("--bytes 6 or more")));
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
