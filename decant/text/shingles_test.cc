#include "decant/text/shingles.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

namespace decant::text {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

std::vector<uint64_t> shingles(const std::vector<std::string>& turns, int words) {
  Record record;
  for (const std::string& text : turns) record.turns.push_back({"text", text});
  std::vector<uint64_t> all;
  Shingler(words).read(record, all);
  EXPECT_TRUE(std::ranges::is_sorted(all));
  return all;
}

TEST(Shingles, AreRunsOfWordsEachOnce) {
  EXPECT_THAT(shingles({"a b c d e"}, 3), SizeIs(3));
  EXPECT_THAT(shingles({"a b a b a b"}, 2), SizeIs(2));  // a b, b a
  EXPECT_THAT(shingles({"a b a b a b"}, 1), SizeIs(2));
  EXPECT_NE(shingles({"a b c"}, 3), shingles({"a c b"}, 3));
  const auto longer = shingles({"one two three four five"}, 3);
  EXPECT_TRUE(std::ranges::includes(longer, shingles({"two three four five"}, 3)));
}

TEST(Shingles, DoNotSeeCaseSpacesAndPunctuation) {
  const auto plain = shingles({"give three tips for staying healthy"}, 3);
  EXPECT_EQ(shingles({"Give  THREE tips,\nfor staying-healthy!"}, 3), plain);
  EXPECT_EQ(shingles({"give three", "tips for", "", "staying healthy"}, 3), plain);  // turns follow each other
  EXPECT_NE(shingles({"give three tips for staying health y"}, 3), plain);
}

TEST(Shingles, OfAShortRecordAreAllItsWordsAsOne) {
  EXPECT_THAT(shingles({"thank you"}, 3), SizeIs(1));
  EXPECT_EQ(shingles({"Thank you!"}, 3), shingles({"thank you"}, 5));
  EXPECT_NE(shingles({"thank you"}, 3), shingles({"thank"}, 3));
  EXPECT_THAT(shingles({"...", " \n"}, 3), IsEmpty());
  EXPECT_THAT(shingles({}, 3), IsEmpty());
}

}  // namespace
}  // namespace decant::text
