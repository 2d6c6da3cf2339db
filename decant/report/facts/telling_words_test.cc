#include "decant/report/facts/telling_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

#include "decant/text/texts_for_tests.h"

namespace decant::report {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<int64_t> upto(int64_t count) {
  std::vector<int64_t> rows(static_cast<size_t>(count));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

TEST(TellingWords, StandInMoreOfTheseRecords) {
  std::vector<std::string> code, prose;
  for (int i = 0; i < 100; ++i) {
    code.push_back(i % 2 == 0 ? "The function returns a Python list" : "the python loop");
    prose.push_back(i % 10 == 0 ? "the list of things a" : "the river");
  }
  const text::SomeTexts first(code), second(prose);
  const WordShares own(first, upto(100)), others(second, upto(100));
  EXPECT_EQ(own.holding("python"), 100);
  EXPECT_EQ(own.holding("a"), 0) << "too short to say anything";
  EXPECT_THAT(telling_words(own, others, 3), ElementsAre("python", "function", "loop")) << "equal ones by their bytes";
  EXPECT_THAT(telling_words(own, own, 3), IsEmpty());
  EXPECT_THAT(telling_words(own, WordShares(second, {}), 3), IsEmpty());
}

}  // namespace
}  // namespace decant::report
