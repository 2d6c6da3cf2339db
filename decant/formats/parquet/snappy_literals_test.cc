// What is referred to is written as literals that any reader of snappy unpacks.
#include "decant/formats/parquet/snappy_literals.h"

#include <gmock/gmock.h>
#include <snappy.h>

#include "decant/base/random.h"
#include "decant/formats/parquet/snappy_index.h"

namespace decant::parquet {
namespace {

std::string some_bytes(size_t size, uint64_t seed) {
  Random random(seed, "bytes", 0);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.below(256));
  return bytes;
}

std::string unpacked_text(const Gathered& packed) {
  const std::string text = packed.text();
  std::string plain;
  EXPECT_TRUE(snappy::Uncompress(text.data(), text.size(), &plain));
  return plain;
}

TEST(Gathered, IsItsPiecesInTheirOrder) {
  const std::string large = some_bytes(5'000, 1);
  Gathered bytes;
  EXPECT_TRUE(bytes.empty());
  bytes.add("ab");
  bytes.add("");
  bytes.add("c");
  bytes.refer(as_bytes(large));
  bytes.refer(as_bytes("short"));
  EXPECT_EQ(bytes.text(), "abc" + large + "short");
  EXPECT_EQ(bytes.size(), 8 + large.size());
  EXPECT_EQ(bytes.referred(), large.size());
  const std::vector<Bytes> pieces = bytes.pieces();
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(as_text(pieces[1]).data(), large.data());
  Gathered all;
  all.add("x");
  all.add(bytes);
  all.add(bytes);
  EXPECT_EQ(all.text(), "x" + bytes.text() + bytes.text());
  EXPECT_EQ(all.referred(), 2 * large.size());
}

TEST(SnappyLiterals, UnpackToWhatWasGathered) {
  for (const size_t size : {size_t{1}, size_t{127}, size_t{128}, size_t{65'535}, size_t{65'536}, size_t{65'537}, size_t{200'000}}) {
    const std::string large = some_bytes(size, size);
    Gathered body;
    body.refer(as_bytes(large));
    EXPECT_EQ(unpacked_text(snappy_literals(body)), large) << size;
    body.add("tail");
    EXPECT_EQ(unpacked_text(snappy_literals(body)), large + "tail") << size;
  }
}

TEST(SnappyLiterals, KeepValuesInOne) {
  std::vector<std::string> values;
  Gathered body;
  std::vector<size_t> begins;
  for (size_t i = 0; i < 60; ++i) values.push_back(some_bytes(1'000 + i * 977, i));
  for (const std::string& value : values) {
    body.add("size");
    begins.push_back(body.size());
    body.refer(as_bytes(value));
  }
  const Gathered packed = snappy_literals(body);
  EXPECT_EQ(unpacked_text(packed), body.text());
  EXPECT_EQ(packed.referred(), body.referred());
  EXPECT_LT(packed.size(), body.size() + 60 * 2 * 3 + 6);
  const std::string text = packed.text();
  const auto index = SnappyIndex::make(as_bytes(text), body.size(), {"f", "p"});
  ASSERT_TRUE(index);
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_TRUE(index->is_literal(begins[i], values[i].size())) << i;
    std::vector<std::byte> scratch;
    EXPECT_EQ(as_text(index->read(begins[i], values[i].size(), scratch)), values[i]);
  }
}

}  // namespace
}  // namespace decant::parquet
