#include "decant/select/bins/bin_file.h"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"

namespace decant {
namespace {

using testing::HasSubstr;

const std::string kIdentityOfTests(32, 'a');

std::vector<std::byte> some_records() {
  std::vector<std::byte> records;
  append_bin(0, 0, std::vector<int64_t>{5, 3}, std::vector<double>{0.5, -1e300}, records);
  append_bin(7, 2, std::vector<int64_t>{}, std::vector<double>{}, records);
  append_bin(1, 0, std::vector<int64_t>{1}, std::vector<double>{0.25}, records);
  return records;
}

std::string whole_file(const std::vector<std::byte>& records) {
  return bin_file_header(kIdentityOfTests, records) + std::string(as_text(records));
}

std::string complaint_of(const std::string& file) {
  return message_of([&] { parse_bin_file(as_bytes(file), kIdentityOfTests, "f.bins"); });
}

TEST(BinFile, GivesBackWhatWasAppended) {
  const auto parsed = parse_bin_file(as_bytes(whole_file(some_records())), kIdentityOfTests, "f.bins");
  ASSERT_EQ(parsed.size(), 3u);
  EXPECT_EQ(parsed[0].content.rows, (std::vector<int64_t>{5, 3}));
  EXPECT_EQ(parsed[0].content.gains, (std::vector<double>{0.5, -1e300}));
  EXPECT_EQ(parsed[1].pool, 7);
  EXPECT_EQ(parsed[1].bin, 2);
  EXPECT_TRUE(parsed[1].content.rows.empty());
}

TEST(BinFile, CutShortOrWithAnyBitFlippedIsRefused) {
  const std::string sound = whole_file(some_records());
  EXPECT_EQ(complaint_of(sound), "no error");
  for (size_t size = 0; size < sound.size(); ++size) EXPECT_NE(complaint_of(sound.substr(0, size)), "no error") << size;
  for (size_t bit = 0; bit < 8 * sound.size(); ++bit) {
    std::string damaged = sound;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_NE(complaint_of(damaged), "no error") << bit;
  }
  EXPECT_THAT(message_of([&] { parse_bin_file(as_bytes(sound), std::string(32, 'b'), "f.bins"); }),
              HasSubstr("belongs to a different run"));
}

TEST(BinFile, ForgedSizesAreRefusedBeforeMemoryIsTaken) {
  const auto with = [](int64_t pool, int64_t bin, int64_t count, size_t bytes) {
    std::vector<std::byte> forged(24 + bytes);
    const int64_t head[] = {pool, bin, count};
    std::memcpy(forged.data(), head, sizeof head);
    return complaint_of(whole_file(forged));  // its checksum is right
  };
  EXPECT_EQ(with(0, 0, 2, 32), "no error");
  EXPECT_THAT(with(0, 0, 3, 32), HasSubstr("3 rows are declared, but at most 2 can follow"));
  EXPECT_THAT(with(0, 0, int64_t{1} << 62, 32), HasSubstr("can follow"));
  EXPECT_THAT(with(0, 0, -1, 32), HasSubstr("the number of rows is -1"));
  EXPECT_THAT(with(-1, 0, 2, 32), HasSubstr("a pool is -1"));
  EXPECT_THAT(with(0, -9, 2, 32), HasSubstr("a bin is -9"));
  EXPECT_THAT(with(0, 0, 1, 32), HasSubstr("ends inside a number"));
}

}  // namespace
}  // namespace decant
