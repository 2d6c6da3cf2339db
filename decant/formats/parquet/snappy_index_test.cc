// An index of a snappy block gives what libsnappy unpacks, whole and in ranges, and refuses what
// libsnappy refuses.
#include "decant/formats/parquet/snappy_index.h"

#include <gmock/gmock.h>
#include <snappy.h>

#include "decant/base/random.h"
#include "decant/base/test_support.h"

namespace decant::parquet {
namespace {

using testing::HasSubstr;

const Where kWhere{"f", "p"};

std::string noise_bytes(size_t size, uint64_t seed) {
  Random random(seed, "noise", 0);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.below(256));
  return bytes;
}

/// As pictures of one camera are: one head, and noise.
std::string photo_page(int count) {
  const std::string head = noise_bytes(120, 7) + std::string(40, 'x');
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += head + noise_bytes(4'000 + 997 * static_cast<size_t>(i % 5), static_cast<uint64_t>(i));
  return bytes;
}

std::string packed_by_snappy(const std::string& plain) {
  std::string packed;
  snappy::Compress(plain.data(), plain.size(), &packed);
  return packed;
}

/// What libsnappy unpacks; nothing where it refuses.
std::optional<std::string> by_libsnappy(const std::string& packed, size_t size) {
  size_t claimed = 0;
  std::string plain(size, '\0');
  if (!snappy::GetUncompressedLength(packed.data(), packed.size(), &claimed) || claimed != size) return std::nullopt;
  if (!snappy::RawUncompress(packed.data(), packed.size(), plain.data())) return std::nullopt;
  return plain;
}

std::string range_of(const SnappyIndex& index, size_t begin, size_t size) {
  std::vector<std::byte> scratch;
  return std::string(as_text(index.read(begin, size, scratch)));
}

void expect_ranges(const SnappyIndex& index, const std::string& plain, uint64_t seed) {
  EXPECT_EQ(range_of(index, 0, plain.size()), plain);
  Random random(seed, "ranges", 0);
  for (int i = 0; i < 200; ++i) {
    const auto begin = static_cast<size_t>(random.below(plain.size() + 1));
    const auto size = static_cast<size_t>(random.below(std::min<size_t>(plain.size() - begin, 9'000) + 1));
    ASSERT_EQ(range_of(index, begin, size), plain.substr(begin, size)) << begin << " " << size;
    std::string visited;
    index.visit(begin, size, [&](Bytes bytes, bool) { visited += as_text(bytes); });
    ASSERT_EQ(visited, plain.substr(begin, size));
  }
}

TEST(SnappyIndex, GivesEveryRangeThatLibsnappyUnpacks) {
  for (const std::string& plain : {photo_page(40), noise_bytes(SnappyIndex::kLeast, 1), noise_bytes(200'000, 2)}) {
    const std::string packed = packed_by_snappy(plain);
    const auto index = SnappyIndex::make(as_bytes(packed), plain.size(), kWhere);
    ASSERT_TRUE(index);
    expect_ranges(*index, plain, 3);
    EXPECT_LT(index->memory(), static_cast<int64_t>(plain.size() / 8));
  }
}

TEST(SnappyIndex, ViewsTheBlockInsideALiteral) {
  const std::string plain = noise_bytes(200'000, 4);
  const std::string packed = packed_by_snappy(plain);
  const auto index = SnappyIndex::make(as_bytes(packed), plain.size(), kWhere);
  ASSERT_TRUE(index);
  std::vector<std::byte> scratch;
  const Bytes inside = index->read(70'000, 10'000, scratch);
  EXPECT_TRUE(index->is_literal(70'000, 10'000));
  EXPECT_TRUE(scratch.empty());
  EXPECT_GE(as_text(inside).data(), packed.data());
  EXPECT_LE(as_text(inside).data() + inside.size(), packed.data() + packed.size());
  EXPECT_FALSE(index->is_literal(60'000, 10'000)) << "libsnappy packs 65,536 bytes at a time";
  EXPECT_TRUE(index->is_literal(200'000, 0));
}

TEST(SnappyIndex, LeavesWhatPacksToBeUnpacked) {
  std::string text;
  for (int i = 0; text.size() < 2 * SnappyIndex::kLeast; ++i) text += "line " + std::to_string(i) + "\n";
  EXPECT_FALSE(SnappyIndex::make(as_bytes(packed_by_snappy(text)), text.size(), kWhere));
  const std::string small = noise_bytes(SnappyIndex::kLeast - 1, 5);
  EXPECT_FALSE(SnappyIndex::make(as_bytes(packed_by_snappy(small)), small.size(), kWhere));
}

// ---- elements by hand

std::string varint(uint32_t value) {
  std::string out;
  for (; value >= 128; value >>= 7) out += static_cast<char>(value | 128);
  return out += static_cast<char>(value);
}

/// `bytes`: of its length, 0 to 4.
std::string literal(const std::string& text, int bytes) {
  const auto size = static_cast<uint32_t>(text.size() - 1);
  if (bytes == 0) return std::string(1, static_cast<char>(size << 2)) + text;
  return std::string(1, static_cast<char>((59 + bytes) << 2)) +
         std::string(reinterpret_cast<const char*>(&size), static_cast<size_t>(bytes)) + text;
}

std::string copy(int kind, uint32_t size, uint32_t offset) {
  if (kind == 1) return {static_cast<char>(1 | (size - 4) << 2 | offset >> 8 << 5), static_cast<char>(offset)};
  return std::string(1, static_cast<char>(static_cast<uint32_t>(kind) | (size - 1) << 2)) +
         std::string(reinterpret_cast<const char*>(&offset), kind == 2 ? 2 : 4);
}

const size_t kSize = SnappyIndex::kLeast + 1'000;

/// A block of kSize bytes that ends in `elements`, which unpack to `size`.
std::string block_ending_in(const std::string& elements, size_t size) {
  return varint(static_cast<uint32_t>(kSize)) + literal(noise_bytes(kSize - size, 6), 4) + elements;
}

TEST(SnappyIndex, ReadsEveryKindOfElement) {
  const std::string elements = copy(1, 11, 2'047) + copy(1, 7, 1) + literal("abc", 0) + copy(2, 64, 3) + literal("defgh", 1) +
                               copy(3, 33, 66'000) + literal("ij", 2) + copy(2, 30, 90) + literal(noise_bytes(100, 8), 3) +
                               copy(3, 5, 150) + literal("k", 4) + copy(1, 9, 2);
  const size_t size = 11 + 7 + 3 + 64 + 5 + 33 + 2 + 30 + 100 + 5 + 1 + 9;
  const std::string packed = block_ending_in(elements, size);
  const auto plain = by_libsnappy(packed, kSize);
  ASSERT_TRUE(plain);
  const auto index = SnappyIndex::make(as_bytes(packed), kSize, kWhere);
  ASSERT_TRUE(index);
  expect_ranges(*index, *plain, 9);
}

std::string complaint_of_block(const std::string& packed, size_t size = kSize) {
  return message_of([&] { SnappyIndex::make(as_bytes(packed), size, kWhere); });
}

TEST(SnappyIndex, NamesWhatIsDamaged) {
  EXPECT_EQ(complaint_of_block(block_ending_in(copy(2, 9, 5), 9)), "no error");
  EXPECT_THAT(complaint_of_block(block_ending_in("", 1)), HasSubstr("it ends after 66535 of the 66536 bytes that it claims"));
  EXPECT_THAT(complaint_of_block(block_ending_in("", 0), kSize + 1), HasSubstr("it claims 66536 bytes, and its page 66537"));
  EXPECT_THAT(complaint_of_block(block_ending_in(copy(2, 9, 5), 8)), HasSubstr("goes beyond the 66536 bytes that it claims"));
  EXPECT_THAT(complaint_of_block(block_ending_in(literal("ab", 0), 1)), HasSubstr("goes beyond the"));
  EXPECT_THAT(complaint_of_block(block_ending_in(copy(3, 9, 1u << 20), 9)), HasSubstr("a copy begins before the first byte"));
  EXPECT_THAT(complaint_of_block(block_ending_in(copy(2, 9, 0), 9)), HasSubstr("a copy begins where it ends"));
  EXPECT_THAT(complaint_of_block(block_ending_in(literal("abc", 4), 3).substr(0, kSize + 10)), HasSubstr("it ends inside"));
  EXPECT_THAT(complaint_of_block(block_ending_in(copy(3, 9, 5).substr(0, 3), 9)), HasSubstr("it ends inside an element"));
  EXPECT_THAT(complaint_of_block("\xff\xff\xff\xff\xff" + noise_bytes(kSize, 1)), HasSubstr("its length has more than 32 bits"));
}

TEST(SnappyIndex, AcceptsWhatLibsnappyAccepts) {
  const std::string plain = photo_page(20);
  const std::string good = packed_by_snappy(plain);
  Random random(11, "flips", 0);
  int accepted = 0;
  for (int i = 0; i < 4'000; ++i) {
    std::string bad = good;
    // Near the start, where the elements are short, or anywhere.
    const size_t at = static_cast<size_t>(random.below(i % 2 == 0 ? 200 : bad.size()));
    bad[at] = static_cast<char>(bad[at] ^ (1 << random.below(8)));
    if (i % 7 == 0) bad.resize(static_cast<size_t>(random.below(bad.size())));
    const auto expected = by_libsnappy(bad, plain.size());
    try {
      const auto index = SnappyIndex::make(as_bytes(bad), plain.size(), kWhere);
      if (!index) continue;
      ASSERT_TRUE(expected) << i;
      EXPECT_EQ(range_of(*index, 0, plain.size()), *expected);
      ++accepted;
    } catch (const InputError&) {
      EXPECT_FALSE(expected) << i;
    }
  }
  EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace decant::parquet
