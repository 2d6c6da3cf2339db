#include "decant/text/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vector>

namespace decant::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> all;
  std::string scratch;
  each_word(text, scratch, [&](std::string_view word) { all.emplace_back(word); });
  return all;
}

TEST(Words, AreLowerCasedRunsOfLettersAndDigits) {
  EXPECT_THAT(words("Don't STOP: 42nd st."), ElementsAre("don", "t", "stop", "42nd", "st"));
  EXPECT_THAT(words("  \n\t--- "), IsEmpty());
  EXPECT_THAT(words("Ünïcode ÀÉ naïve"), ElementsAre("ünïcode", "àé", "naïve"));
  EXPECT_THAT(words("ПРИВЕТ Ёлка ΑΘΗΝΑ ŁÓDŹ"), ElementsAre("привет", "ёлка", "αθηνα", "łódź"));
  EXPECT_THAT(words("a“b”c…d—e ×f"), ElementsAre("a", "b", "c", "d", "e", "f"));
}

TEST(Words, OfScriptsWithoutSpacesAreCharacters) {
  EXPECT_THAT(words("我们go。カナ"), ElementsAre("我", "们", "go", "カ", "ナ"));
  EXPECT_THAT(words("한국어 말"), ElementsAre("한국어", "말"));
  EXPECT_THAT(words("שלום🙂عالم"), ElementsAre("שלום", "عالم"));
}

TEST(Words, AreSeparatedByBytesThatAreNotUtf8) {
  EXPECT_THAT(words("ab\xff"
                    "cd\xe2\x82"),
              ElementsAre("ab", "cd"));
  EXPECT_THAT(words(std::string_view("a\0b", 3)), ElementsAre("a", "b"));
}

TEST(Utf8, DecodesWhatItEncodesAndRefusesWhatIsNone) {
  for (const char32_t c : {U'\x01', U'\x7f', U'\x80', U'\x7ff', U'\x800', U'\xffff', U'\x10000', U'\x10ffff'}) {
    std::string bytes;
    append_utf8(c, bytes);
    EXPECT_EQ(decode_utf8(bytes).character, c);
    EXPECT_EQ(decode_utf8(bytes).size, bytes.size());
    if (bytes.size() > 1) {
      EXPECT_EQ(decode_utf8(bytes.substr(0, bytes.size() - 1)).character, U'\xfffd');
    }
  }
  for (const char* bad : {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xf4\x90\x80\x80", "\x80"}) {
    EXPECT_EQ(decode_utf8(bad).character, U'\xfffd');
    EXPECT_EQ(decode_utf8(bad).size, 1U);
  }
}

}  // namespace
}  // namespace decant::text
